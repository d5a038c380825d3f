import { beforeEach, describe, expect, test } from 'vitest';
import { FakeClock } from '../test/helpers/fake-clock.ts';
import { Pace } from './pace.ts';

const half = () => 0.5;

let clock: FakeClock;
let pace: Pace;
beforeEach(() => {
  clock = new FakeClock();
  pace = new Pace(clock, half);
});

/** Takes so many turns at once, as workers do; when each was reached. */
async function turns(count: number, withinMs = 60_000): Promise<number[]> {
  const reached: number[] = [];
  const all = Array.from({ length: count }, async () => {
    if (await pace.turn(Infinity)) reached.push(clock.monotonicMs());
  });
  await clock.advance(withinMs);
  await Promise.all(all);
  return reached;
}

/** Refuses every call for a time. How many there were, of so many workers. */
async function refuseFor(ms: number, workers: number): Promise<number> {
  const endMs = clock.monotonicMs() + ms;
  let calls = 0;
  const work = async () => {
    while (await pace.turn(endMs)) {
      calls++;
      pace.refused(clock.monotonicMs());
    }
  };
  const all = Promise.all(Array.from({ length: workers }, work));
  await clock.advance(ms);
  await all;
  return calls;
}

describe('Pace', () => {
  test('nobody waits where nothing is refused', async () => {
    expect(await turns(100)).toEqual(Array(100).fill(0));
    pace.taken();
    expect(clock.timers).toBe(0);
  });

  test('after a refusal, turns keep a distance, for all together', async () => {
    pace.refused(0);
    expect(await turns(4)).toEqual([25, 50, 75, 100]);
  });

  test('each further refusal doubles the distance, up to two seconds', async () => {
    const waited: number[] = [];
    for (let count = 0; count < 9; count++) {
      const fromMs = clock.monotonicMs();
      pace.refused(fromMs);
      const [reached] = await turns(1);
      waited.push(reached! - fromMs);
    }
    expect(waited).toEqual([25, 50, 100, 200, 400, 800, 1600, 2000, 2000]);
  });

  test('calls that were under way when it fell do not make it fall again', async () => {
    await clock.advance(10);
    for (let count = 0; count < 8; count++) pace.refused(count === 0 ? 10 : 5);
    expect(await turns(2)).toEqual([35, 60]);
  });

  test('who refuses everything is asked about once in two seconds, however many ask', async () => {
    const alone = await refuseFor(60_000, 1);
    pace = new Pace(clock, half);
    expect(await refuseFor(60_000, 24)).toBeLessThanOrEqual(alone + 24);
    expect(alone).toBeLessThan(45);
  });

  test('comes back, by the same little with each call that is taken, until nobody waits', async () => {
    await refuseFor(60_000, 8);
    const fromMs = clock.monotonicMs();
    let turnMs = fromMs;
    let distanceMs = Infinity;
    let calls = 0;
    for (; distanceMs > 0; calls++) {
      const turn = pace.turn(Infinity);
      while (clock.timers > 0) await clock.advance(1);
      await turn;
      if (calls > 1) distanceMs = clock.monotonicMs() - turnMs;
      turnMs = clock.monotonicMs();
      pace.taken();
    }
    expect(calls).toBeGreaterThan(100);
    expect(clock.monotonicMs() - fromMs).toBeLessThan(10_000);
  });

  test('the more of a call is refused, the more it falls; where a part is taken, never to a probe', async () => {
    const distance = async (share: number) => {
      pace = new Pace(clock, half);
      for (let count = 0; count < 50; count++) {
        await clock.advance(3_000);
        pace.refused(clock.monotonicMs(), share);
      }
      const [first, second] = await turns(2);
      return second! - first!;
    };
    expect(await distance(0.04)).toBeCloseTo(2);
    expect(await distance(0.5)).toBeCloseTo(25);
    expect(await distance(0.96)).toBeCloseTo(48);
    expect(await distance(1)).toBe(2_000);
  });

  test('who would come too late is told at once, and takes nobody’s turn', async () => {
    pace.refused(0);
    const late = await Promise.all([pace.turn(25), pace.turn(24), pace.turn(-1)]);
    expect(late).toEqual([false, false, false]);
    expect(clock.timers).toBe(0);
    expect(await turns(1)).toEqual([25]);
  });

  test('who would come too late is told at once also where another waits already', async () => {
    pace.refused(0);
    const other = pace.turn(Infinity);
    const told: boolean[] = [];
    void pace.turn(25).then((isTurn) => told.push(isTurn));
    await clock.advance(0);
    expect(told).toEqual([false]);
    await clock.advance(25);
    expect(await other).toBe(true);
  });

  test('those who were refused at once do not come back at once', async () => {
    const waits = [0, 0.25, 0.75].map(async (chance) => {
      const other = new Pace(clock, () => chance);
      other.refused(0);
      await other.turn(Infinity);
      return clock.monotonicMs();
    });
    await clock.advance(100);
    expect(await Promise.all(waits)).toEqual([12.5, 18.75, 31.25]);
  });
});
