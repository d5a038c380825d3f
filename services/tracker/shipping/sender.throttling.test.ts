import type { StreamRecord } from '@trackline/adapters/event-stream/event-stream';
import { delay } from '@trackline/domain/clock';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { broken, taken, throttled } from '../../../test/helpers/scripted-event-stream.ts';
import { seededRandom } from '../../../test/helpers/seeded-random.ts';
import { buildSender } from '../../../test/helpers/sender.ts';
import { ShardRates, shardRate } from '../../../test/helpers/shard-rates.ts';
import { limits } from '../limits.ts';

/** Large enough that few fill an aggregate, and small enough that aggregates come out full. */
const someKiB = { landingUrl: `https://x.example/${'x'.repeat(30_000)}` };

/**
 * A sender before a stream of AWS's rates, of which each call takes a while, after an outage of a minute: with what
 * its shards take in some ten seconds.
 */
async function afterAnOutage(seed: number, shards: number, callMs: number, deadShards = 0) {
  const random = seededRandom(seed);
  const built = buildSender({}, undefined, random);
  const { clock, stream, accept } = built;
  const rates = new ShardRates(shards, () => clock.monotonicMs());
  const sent = { takenBytes: 0, triedBytes: 0, calls: 0 };
  const place = ({ data, ...record }: StreamRecord) => ({ ...record, dataBytes: data.length });
  stream.outcome = () => broken;
  const put = stream.put.bind(stream);
  stream.put = async (records) => {
    await delay(clock, callMs);
    return put(records);
  };
  accept(10 * 36 * shards, someKiB);
  await clock.advance(60_000);
  // To the end of the rest, and the answer to its probe: from then on it is the shards that bound it.
  stream.outcome = () => taken;
  const calls = stream.calls.length;
  while (stream.calls.length === calls) await clock.advance(10);
  stream.outcome = ({ data, ...record }) => {
    sent.triedBytes += data.length;
    const placed = place({ data, ...record });
    if (rates.shardOf(placed) < deadShards || !rates.admits(placed)) return throttled;
    sent.takenBytes += data.length;
    return taken;
  };
  return { ...built, sent };
}

describe('a stream that is at its rate', () => {
  test('after an outage the sender catches up at the full rate of all shards, and sends little in vain', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer(),
        fc.constantFrom(2, 3, 5),
        fc.constantFrom(5, 30, 120),
        async (seed, shards, callMs) => {
          const { clock, spool, sent } = await afterAnOutage(seed, shards, callMs);
          const seconds = 6;
          await clock.advance(seconds * 1000);
          expect(spool.account().unsent).toBeGreaterThan(0);
          const fullRate = seconds * shards * shardRate.bytesPerSecond;
          expect(sent.takenBytes / fullRate).toBeGreaterThan(0.95);
          expect(sent.triedBytes / sent.takenBytes).toBeLessThan(5);
        },
      ),
      { numRuns: 3 },
    );
  });

  test('what one shard of two does not take goes to the other at its full rate, nearly', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), async (seed) => {
        const { clock, sent } = await afterAnOutage(seed, 2, 30, 1);
        const seconds = 6;
        await clock.advance(seconds * 1000);
        expect(sent.takenBytes / (seconds * shardRate.bytesPerSecond)).toBeGreaterThan(0.8);
      }),
      { numRuns: 3 },
    );
  });

  test('at once with the first throttled record it holds no more than a call, until none is', async () => {
    const { clock, stream, sender, accept } = buildSender();
    stream.outcome = () => throttled;
    for (let i = 0; i < 100; i++) {
      accept(4, someKiB);
      await clock.advance(limits.sendLingerMs);
      expect(sender.stats().heldBytes).toBeLessThanOrEqual(limits.putBytesMax);
    }
    stream.outcome = () => taken;
    await clock.advance(2 * limits.throttledRestMs);
    expect(sender.stats()).toMatchObject({ heldBytes: 0, callsUnderWay: 0 });
    stream.hold();
    accept(200, someKiB);
    await clock.advance(limits.sendLingerMs);
    expect(sender.stats().heldBytes).toBeGreaterThan(2 * limits.putBytesMax);
  });

  test('a throttled record rests for about half a second, however often it was throttled before', async () => {
    for (const [random, restMs] of [
      [0, 250],
      [0.5, 500],
      [0.999, 750],
    ] as const) {
      const { clock, stream, accept } = buildSender({}, undefined, () => random);
      const atMs: number[] = [];
      stream.outcome = () => {
        atMs.push(clock.monotonicMs());
        return throttled;
      };
      accept();
      await clock.advance(10_000);
      const waits = atMs.slice(1).map((ms, i) => Math.round(ms - atMs[i]!));
      expect(new Set(waits)).toEqual(new Set([restMs]));
    }
  });
});
