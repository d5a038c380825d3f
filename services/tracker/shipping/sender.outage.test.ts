import type { PutOutcome } from '@trackline/adapters/event-stream/event-stream';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { broken, forbidden, taken, throttled } from '../../../test/helpers/scripted-event-stream.ts';
import { seededRandom } from '../../../test/helpers/seeded-random.ts';
import { buildSender, decodedIn, inOrder, large, oneTo } from '../../../test/helpers/sender.ts';
import { limits } from '../limits.ts';

describe('an outage', () => {
  test('while calls fail whole, it rests as a whole: one call probes, with all that fits in', async () => {
    const { clock, stream, sender, accept } = buildSender();
    stream.outcome = () => broken;
    accept(10);
    await clock.advance(limits.sendLingerMs);
    expect(stream.calls).toHaveLength(1);
    // Full jitter of 0.5: after 50 ms, then 100, 200, 400 ms.
    accept(10);
    await clock.advance(50);
    expect(stream.calls.map((call) => call.length)).toEqual([1, 2]);
    for (let i = 0; i < 30; i++) {
      accept(3, large);
      await clock.advance(1);
    }
    expect(stream.calls).toHaveLength(2);
    expect(sender.stats().heldAggregates).toBe(2);
    await clock.advance(70);
    expect(stream.calls).toHaveLength(3);
    const bytes = stream.calls[2]!.reduce((sum, { data }) => sum + data.length, 0);
    expect(bytes).toBeGreaterThan(limits.putBytesMax - 2 * limits.aggregateBytesMax);
    stream.outcome = () => taken;
    await clock.advance(200);
    expect(inOrder(stream)).toEqual(oneTo(110));
  });

  test('a call that fails when the sender rests already neither prolongs that nor ends it', async () => {
    const { clock, stream, accept } = buildSender();
    stream.hold();
    for (let i = 0; i < 3; i++) {
      accept(2, large);
      await clock.advance(limits.sendLingerMs);
    }
    const calls = stream.underWay;
    expect(calls).toBeGreaterThan(2);
    stream.outcome = (_record, call) => (call < calls ? broken : taken);
    stream.letGo();
    await clock.advance(49);
    expect(stream.calls).toHaveLength(calls);
    await clock.advance(1);
    expect(inOrder(stream)).toEqual(oneTo(6));
    expect(stream.calls).toHaveLength(calls + 1);
  });

  test('in an outage it makes few calls, and is prompt when it is over', async () => {
    const faults = [broken, throttled, forbidden];
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.constantFrom(...faults, null), async (seed, fault) => {
        const random = seededRandom(seed);
        const { clock, stream, sender, spool, accept } = buildSender({}, undefined, random);
        const outageMs = 60_000;
        const calledAtMs: number[] = [];
        stream.outcome = (_record, call) => {
          calledAtMs[call] = clock.monotonicMs();
          return fault ?? faults[Math.floor(random() * faults.length)]!;
        };
        for (let ms = 0; ms < outageMs; ms += 50) {
          accept();
          await clock.advance(50);
        }
        expect(calledAtMs.length).toBeGreaterThan(2);
        for (const fromMs of [0, 10_000, 20_000, 30_000, 40_000, 50_000]) {
          const calls = calledAtMs.filter((ms) => ms >= fromMs && ms < fromMs + 10_000);
          // The first seconds are those of the short back-offs; what is only throttled keeps to them.
          expect(calls.length).toBeLessThanOrEqual(fault === throttled ? 60 : fromMs === 0 ? 25 : 15);
        }
        stream.outcome = () => taken;
        const calls = stream.calls.length;
        await clock.advance(limits.retryMaxMs + limits.sendLingerMs);
        expect(inOrder(stream)).toEqual(oneTo(outageMs / 50));
        expect(spool.account().unsent).toBe(0);
        // What waited has grown into full aggregates meanwhile.
        expect(stream.calls.length - calls).toBeLessThanOrEqual(5);
        expect(sender.stats()).toMatchObject({ callsUnderWay: 0, heldAggregates: 0, heldBytes: 0 });
      }),
      { numRuns: 10 },
    );
  });

  test('a shard that takes nothing does not hold up the others', async () => {
    const shards = 4;
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.constantFrom(throttled, broken), async (seed, fault) => {
        const random = seededRandom(seed);
        const { clock, stream, accept } = buildSender({}, undefined, random);
        const waitedMs: number[] = [];
        stream.outcome = (record) => {
          if (BigInt(record.explicitHashKey!) * BigInt(shards) < 2n ** 128n) return fault;
          const nowMs = clock.monotonicMs();
          waitedMs.push(...decodedIn(record.data).map((sequence) => nowMs - (sequence - 1) * 10));
          return taken;
        };
        const events = 1_500;
        for (let i = 0; i < events; i++) {
          accept();
          await clock.advance(10);
        }
        const onTime = waitedMs.filter((ms) => ms <= 1_000);
        expect(onTime.length / events).toBeGreaterThan(0.9);
      }),
      { numRuns: 10 },
    );
  });

  test('loses and doubles nothing, whatever becomes of records', async () => {
    const outcomes = fc.constantFrom<PutOutcome>(taken, taken, throttled, broken, forbidden);
    const step = fc.record({ events: fc.nat(30), size: fc.nat(3_000), waitMs: fc.nat(120) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 15 }),
        fc.infiniteStream(outcomes),
        async (steps, scripted) => {
          const { clock, stream, sender, spool, accept } = buildSender({
            aggregateBytesMax: 10_000,
            putBytesMax: 30_000,
            heldBytesMax: 60_000,
            putCallsMax: 2,
          });
          stream.outcome = (_record, call) => (call > 40 ? taken : scripted.next().value);
          let count = 0;
          for (const { events, size, waitMs } of steps) {
            accept(events, { landingUrl: 'x'.repeat(size) });
            count += events;
            await clock.advance(waitMs);
          }
          const flushed = sender.flush();
          await clock.advance(120_000);
          await flushed;
          expect(inOrder(stream)).toEqual(oneTo(count));
          expect(spool.account()).toMatchObject({ unsent: 0, usedBytes: 0, sentThrough: count });
          expect(sender.stats()).toMatchObject({ callsUnderWay: 0, heldAggregates: 0, heldBytes: 0 });
        },
      ),
      { numRuns: 60 },
    );
  });
});
