import type { Random } from '@trackline/domain/clock';

/**
 * Numbers in [0, 1) that follow from a seed, so that what failed can be played again: mulberry32, of Tommy Ettinger,
 * who gave it to the public domain.
 */
export function seededRandom(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
