import type { Clock } from '@trackline/domain/clock';
import type { Limits } from '../limits.ts';

export type CrashLimits = Pick<
  Limits,
  'workerRestBaseMs' | 'workerRestMaxMs' | 'workerCrashesMax' | 'workerCrashWindowMs'
>;

/**
 * The crashes of all workers of late: where there are too many within the window, another start would end as
 * the ones before, and somebody has to look.
 */
export class Crashes {
  readonly #clock: Clock;
  readonly #limits: CrashLimits;
  #atMs: number[] = [];

  constructor(clock: Clock, limits: CrashLimits) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /** Notes one. Returns whether there are too many now. */
  note(): boolean {
    const nowMs = this.#clock.monotonicMs();
    this.#atMs = this.#atMs.filter((atMs) => nowMs - atMs < this.#limits.workerCrashWindowMs);
    this.#atMs.push(nowMs);
    return this.#atMs.length >= this.#limits.workerCrashesMax;
  }
}

/**
 * How long a place rests before its next worker: longer with each crash, and from the beginning again once a
 * worker has lived for as long as crashes are remembered. There is no chance in it: few workers share a
 * machine, and nobody else has to be spared.
 */
export class Rest {
  readonly #limits: CrashLimits;
  #crashes = 0;

  constructor(limits: CrashLimits) {
    this.#limits = limits;
  }

  /** In ms, after a worker that lived for `livedMs` and crashed. */
  afterCrash(livedMs: number): number {
    const { workerRestBaseMs, workerRestMaxMs, workerCrashWindowMs } = this.#limits;
    if (livedMs >= workerCrashWindowMs) this.#crashes = 0;
    return Math.min(workerRestMaxMs, workerRestBaseMs * 2 ** Math.min(this.#crashes++, 30));
  }
}
