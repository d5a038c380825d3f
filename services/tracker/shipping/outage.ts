import { fullJitterMs } from '@trackline/domain/backoff';
import type { Clock, Random, Timer } from '@trackline/domain/clock';
import type { Limits } from '../limits.ts';

export type BackOffLimits = Pick<Limits, 'retryBaseMs' | 'retryMaxMs' | 'drainRetryMaxMs'>;

/**
 * How long to wait before the next attempt. What no retry mends waits the longest at once; jittered all the
 * same, since what ails one tracker ails the fleet.
 *
 * @param attempt failures before this one
 * @param hurried whether the process is about to end
 */
export function backOffMs(
  attempt: number,
  retriable: boolean,
  hurried: boolean,
  { retryBaseMs, retryMaxMs, drainRetryMaxMs }: BackOffLimits,
  random: Random,
): number {
  const maxMs = hurried ? drainRetryMaxMs : retryMaxMs;
  if (!retriable) return maxMs * (0.5 + random() / 2);
  return fullJitterMs(attempt, retryBaseMs, maxMs, random);
}

/**
 * An outage of the stream, as the sender sees it: calls of which no record is taken. It is one back-off for
 * all of the sender. Were each aggregate to wait by itself, the calls would be as many as the aggregates, and
 * small. After the back-off one call at a time probes, until the stream has taken a record.
 */
export class Outage {
  readonly #clock: Clock;
  #failures = 0;
  #rest: Timer | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether nothing is to be sent now. */
  get rests(): boolean {
    return this.#rest !== null;
  }

  /** Whether the latest call that is over failed whole. */
  get lasts(): boolean {
    return this.#failures > 0;
  }

  /**
   * A call failed whole: rests for what `backOff` says to the number of failures before it, and then calls
   * `onOver`. One that began before the rest did changes nothing.
   */
  failed(backOff: (attempt: number) => number, onOver: () => void): void {
    if (this.#rest !== null) return;
    this.#rest = this.#clock.after(backOff(this.#failures++), () => {
      this.#rest = null;
      onOver();
    });
  }

  /** The stream took a record. A rest is not cut short: what failed beside it still has to wait. */
  ended(): void {
    this.#failures = 0;
  }

  /** Ends the rest now, without a call of `onOver`. */
  wake(): void {
    this.#rest?.cancel();
    this.#rest = null;
  }
}
