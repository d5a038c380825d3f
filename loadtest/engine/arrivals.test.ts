import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../test/helpers/seeded-random.ts';
import { type Arrivals, arrivals, callsExpected, type Phase, steady } from './arrivals.ts';

function all(next: Arrivals): number[] {
  const times: number[] = [];
  for (let time = next(); time !== Number.POSITIVE_INFINITY; time = next()) times.push(time);
  return times;
}

const between = (times: readonly number[], fromMs: number, untilMs: number) =>
  times.filter((time) => time >= fromMs && time < untilMs).length;

describe('even arrivals', () => {
  test('come at the same distance from each other', () => {
    const times = all(arrivals(steady(4, 1_000), null));
    expect(times.map(Math.round)).toEqual([250, 500, 750, 1_000]);
  });

  test('come closer together where the rate grows, and their number is that under the line', () => {
    const ramp: Phase[] = [{ durationMs: 2_000, fromRate: 0, toRate: 100 }];
    const times = all(arrivals(ramp, null));
    expect(callsExpected(ramp)).toBe(100);
    expect(times).toHaveLength(100);
    // A quarter of the area lies under the first half.
    expect(between(times, 0, 1_000.01)).toBe(25);
    expect(times.every((time, index) => index === 0 || time > times[index - 1]!)).toBe(true);
  });

  test('go over from one phase into the next without a gap or a crowd', () => {
    const phases = [...steady(10, 1_000), ...steady(50, 1_000), ...steady(0, 500), ...steady(10, 1_000)];
    const times = all(arrivals(phases, null));
    expect([
      between(times, 0, 1_000.01),
      between(times, 1_000.01, 2_000.01),
      between(times, 2_000.01, 2_500.01),
    ]).toEqual([10, 50, 0]);
    expect(times).toHaveLength(70);
  });
});

describe('Poisson arrivals', () => {
  test('are as many as the rate says, and as uneven as independent callers are', () => {
    const times = all(arrivals(steady(1_000, 20_000), seededRandom(7)));
    const perInterval = Array.from({ length: 200 }, (_, i) => between(times, i * 100, (i + 1) * 100));
    const mean = times.length / 200;
    const variance = perInterval.reduce((sum, count) => sum + (count - mean) ** 2, 0) / 200;
    // Of a Poisson process the counts' variance is their mean; of an even one it is next to nothing.
    expect(mean).toBeGreaterThan(97);
    expect(mean).toBeLessThan(103);
    expect(variance / mean).toBeGreaterThan(0.7);
    expect(variance / mean).toBeLessThan(1.3);
  });

  test('follow from the seed', () => {
    const of = (seed: number) => all(arrivals(steady(100, 1_000), seededRandom(seed)));
    expect(of(3)).toEqual(of(3));
    expect(of(3)).not.toEqual(of(4));
  });
});
