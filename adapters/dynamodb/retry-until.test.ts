import { Pace } from '@trackline/domain/pace';
import { beforeEach, describe, expect, test } from 'vitest';
import { FakeClock } from '../../test/helpers/fake-clock.ts';
import { retryUntil, Unprocessed } from './retry-until.dynamodb.ts';
import { UnreadableItem } from './unreadable-item.ts';

const half = () => 0.5;

let clock: FakeClock;
let table: { clock: FakeClock; random: () => number; pace: Pace };
beforeEach(() => {
  clock = new FakeClock();
  table = { clock, random: half, pace: new Pace(clock, half) };
});

/** An error as the SDK makes of what DynamoDB answers. */
function refusal(name: string): Error {
  return Object.assign(new Error('The table says so.'), { name, $fault: 'client' });
}

const throttled = () => refusal('ProvisionedThroughputExceededException');

describe('retryUntil', () => {
  test('a table that has no room is asked seldom, by all together, and soon fast again', async () => {
    let hasRoom = false;
    let calls = 0;
    const work = async () => {
      calls++;
      if (!hasRoom) throw throttled();
    };
    const all = Promise.all(Array.from({ length: 400 }, () => retryUntil(table, Infinity, work)));
    await clock.advance(120_000);
    const before = calls;
    expect(before - 400).toBeLessThan(120);

    hasRoom = true;
    await clock.advance(10_000);
    expect(new Set((await all).map(({ ok }) => ok))).toEqual(new Set([true]));
    expect(calls - before).toBe(400);
  });

  test('who fails for another cause waits alone', async () => {
    let calls = 0;
    const failing = retryUntil(table, Infinity, async () => {
      if (++calls < 8) throw new Error('socket hang up');
    });
    const others = Array.from({ length: 5 }, () => retryUntil(table, Infinity, async () => 'done'));
    expect(await Promise.all(others)).toEqual(Array(5).fill({ ok: true, value: 'done' }));
    expect(clock.monotonicMs()).toBe(0);
    await clock.advance(10_000);
    expect(await failing).toEqual({ ok: true, value: undefined });
  });

  test('whose turn would come after the deadline fails at once, with the cause so far', async () => {
    const outcome = retryUntil(table, 2_000, async () => {
      throw throttled();
    });
    await clock.advance(1_999);
    expect(await outcome).toMatchObject({
      ok: false,
      code: 'ProvisionedThroughputExceededException',
      retriable: true,
    });
    expect(clock.timers).toBe(0);
  });

  test('what a table leaves undone of a call is no reason to wait for long', async () => {
    const sizes: number[] = [];
    const outcome = retryUntil(table, Infinity, async () => {
      sizes.push(clock.monotonicMs());
      if (sizes.length < 40) throw new Unprocessed(0.5);
    });
    await clock.advance(40 * 50);
    expect(await outcome).toMatchObject({ ok: true });
    expect(sizes).toHaveLength(40);
  });

  test('without time it is not tried', async () => {
    const outcome = await retryUntil(table, 0, async () => 'done');
    expect(outcome).toMatchObject({ ok: false, code: 'DeadlineExceeded', retriable: true });
  });

  test('what depends on a row that can’t be read is tried once, and never again', async () => {
    let calls = 0;
    const outcome = await retryUntil(table, Infinity, async () => {
      calls++;
      throw new UnreadableItem('Row a / b');
    });
    expect(outcome).toEqual({ ok: false, code: 'ItemUnreadable', detail: 'Row a / b', retriable: false });
    expect(calls).toBe(1);
  });
});
