import { describe, expect, test } from 'vitest';
import { simulate } from './simulate.ts';

const steps = 150;
/** New ones each time; fewer only where a machine is so busy that they do not fit into the time. */
const seedsMax = 300;
const millisecondsMax = 45_000;

describe('the simulation', () => {
  test('keeps all promises for seeds that nobody ran before', async () => {
    const from = Math.floor(Date.now() / 1000);
    const untilMs = performance.now() + millisecondsMax;
    let seed = from;
    for (; seed < from + seedsMax && performance.now() < untilMs; seed++) {
      const { violations } = await simulate({ seed, steps });
      expect(violations, `npm run test:simulate -- --seed ${seed} --steps ${steps}`).toEqual([]);
    }
    process.stdout.write(`Simulated the seeds ${from} to ${seed - 1}.\n`);
  });

  test('runs a seed the same each time', async () => {
    const [first, again] = [await simulate({ seed: 7, steps }), await simulate({ seed: 7, steps })];
    expect(again).toEqual(first);
    expect((await simulate({ seed: 8, steps })).traceHash).not.toBe(first.traceHash);
  });

  test('meets what it is made for', async () => {
    const { offered, accepted, stored, seconds } = await simulate({ seed: 7, steps });
    expect(offered).toBeGreaterThan(20);
    expect(accepted).toBeGreaterThan(10);
    expect(stored).toBeGreaterThan(10);
    expect(seconds).toBeGreaterThan(20);
  });
});
