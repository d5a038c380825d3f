import type { Clock, Random, Timer } from '@trackline/domain/clock';
import type { Limits } from '../limits.ts';
import type { Aggregate } from './aggregate.ts';

/** So often by chance every record of a call meets a shard that takes nothing while others would: hardly ever. */
const refusedInARowMax = 4;

/**
 * What the stream is too busy to take: its shards are over their rate, and nothing ails. A shard's rate is counted
 * by the second, so what was not used while we rest is still there, and a rest of about half a second wastes none of
 * it; one that grew would. All that is held back comes again together: one call, where several would be refused.
 */
export class Throttle {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #restMs: number;
  readonly #onDue: (aggregates: readonly Aggregate[]) => void;
  #heldBack: Aggregate[] = [];
  #rest: Timer | null = null;
  #lasts = false;
  /** Calls of which no record was taken since one of which some were. */
  #refusedInARow = 0;

  constructor(
    clock: Clock,
    random: Random,
    { throttledRestMs }: Pick<Limits, 'throttledRestMs'>,
    onDue: (aggregates: readonly Aggregate[]) => void,
  ) {
    this.#clock = clock;
    this.#random = random;
    this.#restMs = throttledRestMs;
    this.#onDue = onDue;
  }

  /** Whether the stream's rate is what bounds us: something is held back, or the latest call was cut. */
  get lasts(): boolean {
    return this.#lasts;
  }

  /**
   * Whether it is not one shard, but all of them: nothing new is worth a call before what is held back comes again,
   * and what waits had better grow to full aggregates.
   */
  get fillsStream(): boolean {
    return this.#rest !== null && this.#refusedInARow >= refusedInARowMax;
  }

  /**
   * A call is over of which the stream took `taken` records. Its rate did not admit `throttled`, which may be none:
   * they rest, for half as long as the limit says up to one and a half times that, or until what is held back already
   * comes again.
   */
  callEnded(throttled: readonly Aggregate[], taken: number): void {
    this.#refusedInARow = taken > 0 ? 0 : this.#refusedInARow + 1;
    this.#heldBack.push(...throttled);
    this.#lasts = this.#heldBack.length > 0;
    if (!this.#lasts) return;
    this.#rest ??= this.#clock.after(this.#restMs * (0.5 + this.#random()), () => this.#onDue(this.wake()));
  }

  /** Ends the rest now, without a call of `onDue`: what was held back. */
  wake(): readonly Aggregate[] {
    this.#rest?.cancel();
    this.#rest = null;
    const due = this.#heldBack;
    this.#heldBack = [];
    return due;
  }
}
