import type { EventStream } from '@trackline/adapters/event-stream/event-stream';
import { fullJitterMs } from '@trackline/domain/backoff';
import { type Clock, delay, type Random, type Timer } from '@trackline/domain/clock';
import type { Statement } from '@trackline/domain/ledger';
import type { RandomBytes } from '@trackline/domain/message-id';
import { randomHashKey } from '@trackline/proto/kpl';
import { encodeStatement } from '@trackline/proto/tracking-event';
import type { Limits } from '../limits.ts';

/**
 * The tracker's part of the ledger: how far its writer has accepted, said on the event stream right at the
 * start (so that the writer is known before its first event is), every few seconds, and a last time when it
 * is drained. A statement that does not get through is not tried again, since the next one says more; the
 * last one is. They may arrive in any order, so it is their times that order them: no two are alike, and none
 * goes back.
 */
export interface StatementsOptions {
  readonly stream: EventStream;
  readonly clock: Clock;
  readonly random: Random;
  readonly randomBytes: RandomBytes;
  readonly everyMs: number;
  readonly limits: Pick<Limits, 'retryBaseMs' | 'drainRetryMaxMs'>;
  /** How the account stands now. */
  readonly account: () => Omit<Statement, 'atMs' | 'final'>;
  readonly telemetry: StatementTelemetry;
}

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

  /** Makes the first statement, and one every `everyMs` from then on. */
  start(): void {
    void this.#state(false).then(() => this.#next());
  }

  /**
   * Makes the last one, again and again until it is through or `untilMs` (monotonic) has come, whatever is
   * under way then.
   *
   * @returns whether it got through
   */
  async end(untilMs: number): Promise<boolean> {
    const { clock, random, limits } = this.#options;
    this.stop();
    for (let attempt = 0; ; attempt++) {
      const timeIsOver = delay(clock, untilMs - clock.monotonicMs()).then(() => false);
      if (await Promise.race([this.#state(true), timeIsOver])) return true;
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

  async #state(final: boolean): Promise<boolean> {
    const { stream, clock, randomBytes, account, telemetry } = this.#options;
    this.#atMs = Math.max(clock.wallMs(), this.#atMs + 1);
    const statement: Statement = { ...account(), atMs: this.#atMs, final };
    const [outcome] = await stream.put([
      {
        data: encodeStatement(statement),
        partitionKey: statement.writer,
        explicitHashKey: randomHashKey(randomBytes),
      },
    ]);
    if (outcome?.ok) return true;
    telemetry.statementFailed({ code: outcome?.code ?? 'NoOutcome', final });
    return false;
  }
}
