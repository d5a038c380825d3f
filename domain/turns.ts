import { type Clock, delay } from './clock.ts';

/**
 * Lets whoever waits for it through one after the other, no more than so many a second.
 *
 * @returns resolves when it is the caller's turn; `weight` is how many it counts for
 */
export function turns(clock: Clock, perSecondMax: number): (weight?: number) => Promise<void> {
  let freeAtMs = -Infinity;
  return async (weight = 1) => {
    const nowMs = clock.monotonicMs();
    const turnMs = Math.max(nowMs, freeAtMs);
    freeAtMs = turnMs + (1000 * weight) / perSecondMax;
    if (turnMs > nowMs) await delay(clock, turnMs - nowMs);
  };
}
