import type { WriteOutcome } from '@trackline/adapters/dynamodb/write-outcome';
import { attribute } from '@trackline/adapters/event-store/attribute';
import type { DeadLetter, DeadLettersWriter } from '@trackline/adapters/event-store/dead-letters';
import type { LedgerWriter } from '@trackline/adapters/event-store/ledger';
import type {
  StorableEvent,
  StoredEvent,
  TrackingEventsReader,
  TrackingEventsWriter,
} from '@trackline/adapters/event-store/tracking-events';
import type { SettleOutcome, TransactionsWriter } from '@trackline/adapters/event-store/transactions';
import type { Account, LedgerRow, Statement } from '@trackline/domain/ledger';
import { isKeyed } from '@trackline/domain/message-id';
import { claimedBy, movedBy, type Order, type OrderMessage, roleOf } from '@trackline/domain/order';
import type { Chance } from './chance.ts';
import type { Process } from './process.ts';

export interface TableFaults {
  /** How likely a write is not taken. */
  failures: number;
  /** How likely it is taken, and told as failed. */
  lostReplies: number;
}

const written: WriteOutcome = { ok: true };
const unprocessed: WriteOutcome = { ok: false, code: 'Unprocessed', detail: 'simulated', retriable: true };
const lookBackMs = 3_600_000;

/** The tables of the event store, with the ports that the consumer has. Each item is written by itself. */
export class EventStore {
  readonly faults: TableFaults = { failures: 0, lostReplies: 0 };
  readonly events = new Map<string, StoredEvent>();
  readonly orders = new Map<string, Order>();
  readonly letters: DeadLetter[] = [];
  readonly #rows = new Map<string, Map<string, LedgerRow>>();
  readonly #statements = new Map<string, Map<number, Statement>>();
  readonly #chance: Chance;

  readonly #onBooked: (row: LedgerRow) => void;

  constructor(chance: Chance, onBooked: (row: LedgerRow) => void) {
    this.#chance = chance;
    this.#onBooked = onBooked;
  }

  writers(): string[] {
    return [...new Set([...this.#rows.keys(), ...this.#statements.keys()])].sort();
  }

  account(writer: string): Account {
    const rows = [...(this.#rows.get(writer)?.values() ?? [])];
    return { rows, statements: [...(this.#statements.get(writer)?.values() ?? [])], expiredThrough: 0 };
  }

  connect(process: Process) {
    const find: TrackingEventsReader['find'] = (programId, messageId) =>
      this.#ask(process, () => this.events.get(keyOf(programId, messageId)) ?? null);
    const trackingEvents: TrackingEventsWriter = {
      put: (events) => this.#writeEach(process, events, (event) => this.#putEvent(event)),
      readBack: async (programId, messageId) => {
        if (this.#chance.happens(this.faults.failures)) return unprocessed as WriteOutcome & { ok: false };
        return { ok: true, value: await find(programId, messageId) };
      },
      markDuplicate: ({ programId, messageId }, duplicateOf) =>
        this.#write(process, () => {
          const stored = this.events.get(keyOf(programId, messageId));
          if (stored) this.events.set(keyOf(programId, messageId), { ...stored, duplicateOf });
        }),
      close: async () => {},
    };
    const transactions: TransactionsWriter = {
      settle: (message, known, deadlineMs) => this.#settle(process, { find }, message, known, deadlineMs),
      close: async () => {},
    };
    const ledger: LedgerWriter = {
      book: (rows) =>
        this.#writeEach(process, rows, (row) => {
          rowsOf(this.#rows, row.writer).set(`${row.first}-${row.last}`, row);
          this.#onBooked(row);
        }),
      state: (statements) =>
        this.#writeEach(process, statements, (statement) =>
          rowsOf(this.#statements, statement.writer).set(statement.atMs, statement),
        ),
      close: async () => {},
    };
    const deadLetters: DeadLettersWriter = {
      put: (letters) => this.#writeEach(process, letters, (letter) => this.letters.push(letter)),
      close: async () => {},
    };
    return { trackingEvents, transactions, ledger, deadLetters };
  }

  #putEvent({ event, unknownFields }: StorableEvent): void {
    const key = keyOf(event.programId, event.messageId);
    const isWrittenOnce = isKeyed(event.messageId) || event.transaction !== null;
    if (isWrittenOnce && this.events.has(key)) return;
    this.events.set(key, { event, unknownFields, duplicateOf: '' });
  }

  async #settle(
    process: Process,
    clicks: Pick<TrackingEventsReader, 'find'>,
    message: OrderMessage,
    known: Order | null,
    deadlineMs: number,
  ): Promise<SettleOutcome> {
    const key = keyOf(message.programId, message.transaction.orderId);
    let order = known;
    for (;;) {
      order ??= await this.#ask(process, () => this.orders.get(key) ?? null);
      const role = roleOf(message, order);
      if (role === 'replay' || role === 'duplicate') return { ok: true, role, order: order! };
      const from = order;
      const { attribution, publisherId } = await attribute(clicks, message, lookBackMs, deadlineMs);
      const changed = from === null ? claimedBy(message, attribution, publisherId) : movedBy(message, from);
      let held = false;
      const outcome = await this.#write(process, () => {
        held = this.orders.get(key)?.status === from?.status;
        if (held) this.orders.set(key, changed);
      });
      if (!outcome.ok) return outcome;
      if (held) return { ok: true, role, order: changed };
      order = null;
    }
  }

  /** Several are on their way at a time, and get there in no order. */
  #writeEach<T>(
    process: Process,
    items: readonly T[],
    effect: (item: T) => void,
  ): Promise<readonly WriteOutcome[]> {
    return Promise.all(items.map((item) => this.#write(process, () => effect(item))));
  }

  #write(process: Process, effect: () => void): Promise<WriteOutcome> {
    const chance = this.#chance;
    return this.#ask(process, () => {
      if (chance.happens(this.faults.failures)) return unprocessed;
      effect();
      return chance.happens(this.faults.lostReplies) ? unprocessed : written;
    });
  }

  #ask<T>(process: Process, effect: () => T): Promise<T> {
    const [thereMs, backMs] = [this.#chance.between(0.5, 5), this.#chance.between(0.5, 5)];
    return process.request({ thereMs, backMs, effect });
  }
}

function rowsOf<K, T>(tables: Map<string, Map<K, T>>, writer: string): Map<K, T> {
  const rows = tables.get(writer) ?? new Map<K, T>();
  tables.set(writer, rows);
  return rows;
}

function keyOf(programId: string, id: string): string {
  return `${programId}#${id}`;
}
