import type { Clock, Timer } from '@trackline/domain/clock';
import type { Aggregate } from './aggregate.ts';

/** Aggregates that wait for their next attempt, in groups, each for its own time. */
export class Resting {
  readonly #clock: Clock;
  readonly #onDue: (aggregates: readonly Aggregate[]) => void;
  readonly #groups = new Map<Timer, readonly Aggregate[]>();

  constructor(clock: Clock, onDue: (aggregates: readonly Aggregate[]) => void) {
    this.#clock = clock;
    this.#onDue = onDue;
  }

  add(aggregates: readonly Aggregate[], forMs: number): void {
    const timer = this.#clock.after(forMs, () => {
      this.#groups.delete(timer);
      this.#onDue(aggregates);
    });
    this.#groups.set(timer, aggregates);
  }

  /** Ends every rest now, without a call of `onDue`: what rested. */
  wake(): readonly Aggregate[] {
    const due = [...this.#groups.values()].flat();
    for (const timer of this.#groups.keys()) timer.cancel();
    this.#groups.clear();
    return due;
  }
}
