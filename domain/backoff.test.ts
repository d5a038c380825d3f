import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fullJitterMs } from './backoff.ts';

describe('fullJitterMs', () => {
  test('doubles its ceiling with every failure, up to the maximum', () => {
    const half = () => 0.5;
    expect([0, 1, 2, 3, 4, 5].map((attempt) => fullJitterMs(attempt, 100, 1000, half))).toEqual([
      50, 100, 200, 400, 500, 500,
    ]);
  });

  test('may wait not at all: the jitter is over the whole range', () => {
    expect(fullJitterMs(9, 100, 1000, () => 0)).toBe(0);
  });

  test('stays within its bounds, however often it failed', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 1e6 }),
        fc.integer({ min: 1, max: 1e5 }),
        fc.integer({ min: 1, max: 1e6 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (attempt, baseMs, maxMs, random) => {
          const waitMs = fullJitterMs(attempt, baseMs, maxMs, () => random);
          expect(waitMs).toBeGreaterThanOrEqual(0);
          expect(waitMs).toBeLessThanOrEqual(maxMs);
        },
      ),
    );
  });
});
