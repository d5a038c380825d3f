import type { Clock, Timer } from '@trackline/domain/clock';
import type { Limits } from '../../limits.ts';

export interface LoopDelayOptions {
  readonly clock: Clock;
  readonly limits: Pick<Limits, 'overloadTickEveryMs' | 'overloadWindowMs' | 'overloadLoopUsePercent'>;
  /** How much of the time since it was asked last the loop had something to do, 0 … 1. */
  readonly loopUse: () => number;
  /** Told the delay of the loop with every tick. */
  readonly onTick: (delayMs: number) => void;
}

interface Tick {
  readonly atMs: number;
  readonly latenessMs: number;
}

/**
 * How late the event loop is. A timer ticks, and each tick tells how much later it came than it was due. The
 * delay is the smallest lateness of a window, of two ticks at least: what one collection of garbage or one pause
 * of the process holds up is late once, and what has too much to do is late every time (as a standing queue is
 * told from a burst in "Controlling Queue Delay", Nichols and Jacobson, 2012). A loop that had nothing to do in between
 * is not late: what holds it up then is the machine, and shedding calls would not help.
 */
export class LoopDelay {
  readonly #options: LoopDelayOptions;
  #ticks: Tick[] = [];
  #timer: Timer | null = null;

  constructor(options: LoopDelayOptions) {
    this.#options = options;
  }

  start(): void {
    const { clock, limits } = this.#options;
    const dueMs = clock.monotonicMs() + limits.overloadTickEveryMs;
    this.#timer = clock.after(limits.overloadTickEveryMs, () => {
      this.#tick(dueMs);
      this.start();
    });
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #tick(dueMs: number): void {
    const { clock, limits, loopUse, onTick } = this.#options;
    const atMs = clock.monotonicMs();
    const sinceMs = atMs - limits.overloadWindowMs;
    // With this one, at least two are left.
    const kept = this.#ticks.filter((tick, index) => tick.atMs > sinceMs || index === this.#ticks.length - 1);
    const isBusy = loopUse() * 100 >= limits.overloadLoopUsePercent;
    this.#ticks = [...kept, { atMs, latenessMs: isBusy ? atMs - dueMs : 0 }];
    onTick(this.#ticks.length < 2 ? 0 : Math.min(...this.#ticks.map(({ latenessMs }) => latenessMs)));
  }
}
