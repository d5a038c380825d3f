/**
 * Time is passed in, never read: whoever needs it takes a Clock, so that expiry, back-off and polling are
 * tested without waiting, and a simulation can own the time of the whole system.
 */
export interface Clock {
  /** Milliseconds since the Unix epoch. May jump: for stamps, never for measuring. */
  wallMs(): number;
  /** Milliseconds of a clock that never goes back. For every duration, TTL and time-out. */
  monotonicMs(): number;
  /** Runs `task` once after `delayMs`. The timer never keeps the process alive. */
  after(delayMs: number, task: () => void): Timer;
}

export interface Timer {
  cancel(): void;
}

/** A source of numbers in [0, 1), as Math.random: passed in, so that jitter can be replayed from a seed. */
export type Random = () => number;

export const systemClock: Clock = Object.freeze({
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs: number, task: () => void): Timer {
    const timer = setTimeout(task, delayMs);
    timer.unref();
    return { cancel: () => clearTimeout(timer) };
  },
});

/** Resolves after `delayMs` of `clock`. */
export function delay(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(delayMs, resolve);
  });
}
