import type { Random } from './clock.ts';

/**
 * Back-off with full jitter: a uniformly random wait in [0, min(max, base · 2^attempt)], which spreads the
 * retries of many senders better than a fixed or half-random one (AWS Architecture Blog, "Exponential Backoff
 * And Jitter").
 *
 * @param attempt failures so far, from 0
 */
export function fullJitterMs(attempt: number, baseMs: number, maxMs: number, random: Random): number {
  const ceilingMs = Math.min(maxMs, baseMs * 2 ** Math.min(attempt, 30));
  return random() * ceilingMs;
}
