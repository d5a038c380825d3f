import type { DeadLetter, DeadLetterSummary } from '@trackline/adapters/event-store/dead-letters';
import { hourOf } from '@trackline/adapters/event-store/event-key';
import type { StoredEvent } from '@trackline/adapters/event-store/tracking-events';
import type { PutOutcome, StreamRecord } from '@trackline/adapters/event-stream/event-stream';
import { emptyKeyring, type Keyring } from '@trackline/adapters/keyring/keyring';
import type { ListedBatch } from '@trackline/adapters/on-failure/on-failure';
import type { StoredVersion } from '@trackline/adapters/program-table/program-table';
import type { Context, Parts } from '@trackline/cli/context';
import type { Clock } from '@trackline/domain/clock';
import type { LedgerRow, Statement } from '@trackline/domain/ledger';
import { messageIdMs } from '@trackline/domain/message-id';
import type { Order } from '@trackline/domain/order';
import type { ProgramVersion } from '@trackline/domain/program';
import { parseUpdate } from '@trackline/proto/core-data-update';

/**
 * The parts in memory, for tests of what commands make of them: the program table with its history, a
 * core-data stream with an updater behind it, the program store, and what the event store holds. How the real
 * parts behave is for the contract tests.
 */
export class MemoryParts {
  /** Every version that the table took, by program, oldest first. */
  readonly versions = new Map<string, StoredVersion[]>();
  readonly store = new Map<string, ProgramVersion>();
  generation: string | null = 'g1';
  /** The calls that the stream got. */
  readonly calls: (readonly StreamRecord[])[] = [];
  /** What the stream makes of a record; by default it takes it. */
  onPut: (program: ProgramVersion) => PutOutcome = () => taken;
  /** What the updater makes of what the stream took; by default it applies it. */
  onUpdate: (program: ProgramVersion) => void = (program) => this.apply(program);

  readonly events: StoredEvent[] = [];
  readonly orders: Order[] = [];
  readonly rows: LedgerRow[] = [];
  readonly statements: Statement[] = [];
  expiredThrough = 0;
  keyring: Keyring = emptyKeyring;
  trackerUrl: string | undefined = 'http://127.0.0.1:8080';
  readonly letters: (DeadLetter & { readonly id: string })[] = [];
  /** When letters and batches were replayed, by their ids. */
  readonly replayed = new Map<string, number>();
  /** What was put on which stream by its name; and what it makes of a record. */
  readonly putBack: { readonly stream: string; readonly record: StreamRecord }[] = [];
  onPutBack: (record: StreamRecord) => PutOutcome = () => taken;
  readonly batches: ListedBatch[] = [];
  readonly progress: string[] = [];

  /**
   * As the core-data updater: table first, then store; the newer version wins, the first content of a version
   * stays.
   */
  apply(program: ProgramVersion, storedAtMs = 0): void {
    const versions = this.versions.get(program.id) ?? [];
    this.versions.set(program.id, versions);
    if (versions.some((held) => held.program.version >= program.version)) return;
    versions.push({ program, storedAtMs });
    this.store.set(program.id, program);
  }

  newest(id: string): ProgramVersion | null {
    return this.versions.get(id)?.at(-1)?.program ?? null;
  }

  context(clock: Clock): Context {
    return { parts: this.#parts(), clock, random: () => 0.5, progress: (text) => this.progress.push(text) };
  }

  #parts(): Parts {
    const close = async () => {};
    const replayedAtMs = (id: string) => this.replayed.get(id) ?? null;
    const summary = (letter: DeadLetter & { readonly id: string }) =>
      summaryOf(letter, replayedAtMs(letter.id));
    const marked = (batch: ListedBatch) => ({ ...batch, replayedAtMs: replayedAtMs(batch.key) });
    return {
      programTable: async () => ({
        latest: async (id) => this.versions.get(id)?.at(-1) ?? null,
        all: () => each([...this.versions.values()].map((versions) => versions.at(-1)!)),
        history: (id) => each((this.versions.get(id) ?? []).toReversed()),
        close,
      }),
      coreDataStream: async () => ({ put: async (records) => this.#put(records), close }),
      stream: async (stream) => ({
        put: async (records) =>
          records.map((record) => {
            const outcome = this.onPutBack(record);
            if (outcome.ok) this.putBack.push({ stream, record });
            return outcome;
          }),
        close,
      }),
      programStoreReader: async () => ({
        fetch: async (id) => ({ program: this.store.get(id) ?? null, generation: this.generation }),
        head: unused,
        close,
      }),
      programStoreWriter: async () => ({
        apply: async (program) => {
          this.store.set(program.id, program);
          return 'applied';
        },
        head: async () => ({ seq: 0, generation: this.generation }),
        begin: async () => {},
        seal: async (generation) => {
          this.generation ??= generation;
          return this.generation === generation;
        },
        close,
      }),
      trackingEvents: async () => ({
        find: async (_, id) => this.events.find(({ event }) => event.messageId === id) ?? null,
        inHour: (program, hour) => each(this.#inHour(program, hour)),
        countInHour: async (program, hour) => {
          const counts: Record<string, number> = {};
          for (const { event } of this.#inHour(program, hour))
            counts[event.type] = (counts[event.type] ?? 0) + 1;
          return counts;
        },
        close,
      }),
      eraser: async () => ({
        eraseVisitor: async (visitorId, { dryRun, onPage }) => {
          const found = this.events.filter(({ event }) => event.visitorId === visitorId);
          const counts = { read: this.events.length, found: found.length, erased: dryRun ? 0 : found.length };
          if (!dryRun) for (const each of found) this.events.splice(this.events.indexOf(each), 1);
          onPage?.(counts);
          return counts;
        },
        close,
      }),
      transactions: async () => ({
        find: async (program, id) =>
          this.orders.find(({ programId, orderId }) => programId === program && orderId === id) ?? null,
        newest: async (program, limit, onRead) => {
          onRead?.(this.orders.length);
          return this.orders.filter(({ programId }) => programId === program).slice(0, limit);
        },
        close,
      }),
      ledger: async () => ({
        writers: () => each([...new Set([...this.rows, ...this.statements].map(({ writer }) => writer))]),
        account: async (writer) => ({
          rows: this.rows.filter((row) => row.writer === writer),
          statements: this.statements.filter((statement) => statement.writer === writer),
          expiredThrough: this.expiredThrough,
        }),
        close,
      }),
      deadLetters: async () => ({
        list: (day) => each(this.letters.filter(({ id }) => id.startsWith(day)).map(summary)),
        listAll: () => each(this.letters.map(summary)),
        get: async (id) => {
          const letter = this.letters.find((held) => held.id === id);
          return letter ? { ...summary(letter), bytes: letter.bytes } : null;
        },
        markReplayed: async (id, atMs) => void this.replayed.set(id, atMs),
        close,
      }),
      keyring: async () => this.keyring,
      trackerUrl: async () => this.trackerUrl,
      onFailure: async () => ({
        put: unused,
        list: () => each(this.batches.map(marked)),
        get: async (key) => this.batches.map(marked).find((batch) => batch.key === key) ?? null,
        markReplayed: async (key, atMs) => void this.replayed.set(key, atMs),
      }),
    };
  }

  #put(records: readonly StreamRecord[]): PutOutcome[] {
    this.calls.push(records);
    return records.map(({ data }) => {
      const parsed = parseUpdate(data);
      if (!parsed.ok) throw new Error(`The stream got no update: ${parsed.detail}`);
      const outcome = this.onPut(parsed.program);
      if (outcome.ok) this.onUpdate(parsed.program);
      return outcome;
    });
  }

  #inHour(programId: string, hour: string): StoredEvent[] {
    return this.events.filter(
      ({ event }) => event.programId === programId && hourOf(messageIdMs(event.messageId)) === hour,
    );
  }
}

/** Lets the time of a clock that is turned by hand pass until `running` is over. */
export async function whileTimePasses<T>(
  clock: { advance(ms: number): Promise<void> },
  running: Promise<T>,
): Promise<T> {
  let over = false;
  const end = () => {
    over = true;
  };
  running.then(end, end);
  while (!over) await clock.advance(50);
  return running;
}

const taken: PutOutcome = { ok: true, shardId: 'shardId-000000000000', sequenceNumber: '1' };

function summaryOf(
  { id, reason, detail, bytes, origin }: DeadLetter & { readonly id: string },
  replayedAtMs: number | null,
): DeadLetterSummary {
  return { id, reason, detail, size: bytes.length, origin, replayedAtMs };
}

async function* each<T>(items: readonly T[]): AsyncIterable<T> {
  yield* items;
}

async function unused(): Promise<never> {
  throw new Error('No command does this.');
}
