import type { EventStream } from '@trackline/adapters/event-stream/event-stream';
import { fullJitterMs } from '@trackline/domain/backoff';
import { type Clock, delay, type Random, type Timer } from '@trackline/domain/clock';
import type { Statement } from '@trackline/domain/ledger';
import type { RandomBytes } from '@trackline/domain/message-id';
import { randomHashKey } from '@trackline/proto/kpl';
import { encodeStatement } from '@trackline/proto/tracking-event';
import type { Limits } from '../limits.ts';
import type { SpoolBooks, WriterAccount } from './spool.ts';

/**
 * The tracker's part of the ledger: how its writer stands, said on the event stream right at the start (so that the
 * writer is known before its first event is), every few seconds, and a last time when it is drained; and how those
 * writers stand that ended before and whose rest it sends. Once all of theirs is on the stream, the last statement is
 * made for them, again and again until it is through, and the spool may forget them.
 *
 * Another statement that does not get through is not tried again, since the next one says more; the last ones are.
 * They may arrive in any order, so it is their times that order them: no two are alike, and none goes back.
 */
export interface StatementsOptions {
  readonly stream: EventStream;
  readonly clock: Clock;
  readonly random: Random;
  readonly randomBytes: RandomBytes;
  readonly everyMs: number;
  readonly limits: Pick<Limits, 'retryBaseMs' | 'drainRetryMaxMs' | 'putRecordsMax'>;
  readonly spool: SpoolBooks;
  readonly instance: string;
  /** When the process began (wall clock). */
  readonly sinceMs: number;
  /** Whether every answer "accepted" waits until the spool has kept the event. */
  readonly waitsForSpool: boolean;
  /** What was counted since then. */
  readonly counts: () => Counts;
  readonly telemetry: StatementTelemetry;
}

type Counts = Pick<Statement, 'rejected' | 'shed' | 'ignored' | 'lost'>;

/** Of a writer that takes no more calls. */
const noCounts: Counts = { rejected: 0, shed: 0, ignored: 0, lost: 0 };

export interface StatementTelemetry {
  statementFailed(failure: { readonly code: string; readonly final: boolean }): void;
}

export class Statements {
  readonly #options: StatementsOptions;
  #timer: Timer | null = null;
  #atMs = 0;
  #ended = false;

  constructor(options: StatementsOptions) {
    this.#options = options;
  }

  /** Makes the first statements, and others every `everyMs` from then on. */
  start(): void {
    void this.#put(this.#statements(false)).then(() => this.#next());
  }

  /**
   * Makes the last ones, again and again until all are through or `untilMs` (monotonic) has come, whatever is
   * under way then.
   *
   * @returns whether all got through
   */
  async end(untilMs: number): Promise<boolean> {
    const { clock, random, limits } = this.#options;
    this.stop();
    const through = new Set<string>();
    for (let attempt = 0; ; attempt++) {
      const left = this.#statements(true).filter(({ writer }) => !through.has(writer));
      const timeIsOver = delay(clock, untilMs - clock.monotonicMs()).then(() => null);
      const taken = await Promise.race([this.#put(left), timeIsOver]);
      if (taken === null) return false;
      for (const writer of taken) through.add(writer);
      if (left.every(({ writer }) => through.has(writer))) return true;
      const waitMs = fullJitterMs(attempt, limits.retryBaseMs, limits.drainRetryMaxMs, random);
      if (clock.monotonicMs() + waitMs >= untilMs) return false;
      await delay(clock, waitMs);
    }
  }

  /** Makes no more. */
  stop(): void {
    this.#ended = true;
    this.#timer?.cancel();
  }

  #next(): void {
    if (this.#ended) return;
    this.#timer = this.#options.clock.after(this.#options.everyMs, () => this.start());
  }

  /** What is to be said now, as much as one call takes: of the own writer, and of those that ended. */
  #statements(final: boolean): Statement[] {
    const { clock, limits, spool, counts, waitsForSpool } = this.#options;
    this.#atMs = Math.max(clock.wallMs(), this.#atMs + 1);
    const { unconfirmed, onDisk, ...account } = spool.account();
    const own = this.#statement(spool.writer, account, {
      ...counts(),
      final,
      unconfirmed,
      onDisk: onDisk && waitsForSpool,
    });
    const ended = spool.ended().map((each) =>
      // Nothing was accepted for it in this life, so nothing can be lost that only memory had.
      this.#statement(each.writer, each, {
        ...noCounts,
        final: each.unsent === 0,
        unconfirmed: 0,
        onDisk: true,
      }),
    );
    // What is done with is said first: then it is forgotten, and makes room.
    ended.sort((a, b) => Number(b.final) - Number(a.final));
    return [own, ...ended].slice(0, limits.putRecordsMax);
  }

  #statement(
    writer: string,
    { acceptedThrough, sentThrough, unsent, unsentSinceMs }: WriterAccount,
    more: Counts & Pick<Statement, 'final' | 'unconfirmed' | 'onDisk'>,
  ): Statement {
    const { clock, instance, sinceMs } = this.#options;
    const oldestUnsentAtMs =
      unsentSinceMs === null ? 0 : Math.max(1, Math.round(this.#atMs - clock.monotonicMs() + unsentSinceMs));
    const account = { acceptedThrough, sentThrough, unsent, oldestUnsentAtMs };
    return { writer, instance, atMs: this.#atMs, sinceMs, ...account, ...more };
  }

  /** @returns the writers whose statements got through; those that ended are forgotten with their last one */
  async #put(statements: readonly Statement[]): Promise<readonly string[]> {
    const { stream, randomBytes, spool, telemetry } = this.#options;
    /** Not so where it ended only meanwhile: then more is to be sent, or said. */
    const isDoneWith = (writer: string, statedThrough: number) =>
      spool
        .ended()
        .some((it) => it.writer === writer && it.unsent === 0 && it.acceptedThrough === statedThrough);
    const outcomes = await stream.put(
      statements.map((statement) => ({
        data: encodeStatement(statement),
        partitionKey: statement.writer,
        explicitHashKey: randomHashKey(randomBytes),
      })),
    );
    const taken: string[] = [];
    statements.forEach(({ writer, acceptedThrough, final }, index) => {
      const outcome = outcomes[index];
      if (outcome?.ok) {
        taken.push(writer);
        if (final && isDoneWith(writer, acceptedThrough)) spool.forget(writer);
      } else {
        telemetry.statementFailed({ code: outcome?.code ?? 'NoOutcome', final });
      }
    });
    return taken;
  }
}
