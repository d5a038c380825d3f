import { randomFillSync } from 'node:crypto';
import type { PutOutcome } from '@trackline/adapters/event-stream/event-stream';
import type { Random } from '@trackline/domain/clock';
import { deaggregate } from '@trackline/proto/kpl';
import { decodeRecord } from '@trackline/proto/tracking-event';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { trackingEvent } from '../../../test/helpers/events.ts';
import { FakeClock } from '../../../test/helpers/fake-clock.ts';
import {
  broken,
  forbidden,
  ScriptedEventStream,
  taken,
  throttled,
} from '../../../test/helpers/scripted-event-stream.ts';
import { limits } from '../limits.ts';
import { Sender, type SenderLimits, type SenderTelemetry, type SendFailure } from './sender.ts';
import { MemorySpool } from './spool.memory.ts';

function buildSender(bounds: Partial<SenderLimits> = {}, spoolBytesMax = 256 * 1024 * 1024, random?: Random) {
  const clock = new FakeClock();
  const stream = new ScriptedEventStream();
  const eventBytesMax = limits.aggregateBytesMax;
  const spool = new MemorySpool({
    writer: 'w',
    clock,
    spoolBytesMax,
    limits: { ...limits, eventBytesMax },
  });
  const failures: SendFailure[] = [];
  const ended: Parameters<SenderTelemetry['putEnded']>[0][] = [];
  const sender = new Sender({
    spool,
    stream,
    clock,
    random: random ?? (() => 0.5),
    randomBytes: random ? (target) => target.set(target.map(() => random() * 256)) : randomFillSync,
    limits: { ...limits, ...bounds },
    telemetry: { putEnded: (call) => ended.push(call), putFailed: (failure) => failures.push(failure) },
  });
  const accept = (count = 1, overrides = {}) => {
    for (let i = 0; i < count; i++) spool.accept(trackingEvent(overrides), () => {}, null);
  };
  return { clock, stream, spool, sender, accept, failures, ended };
}

const sequences = (stream: ScriptedEventStream) => stream.events.map(({ sequence }) => sequence);
const inOrder = (stream: ScriptedEventStream) => sequences(stream).toSorted((a, b) => a - b);
/** What Kinesis counts of each call: keys too. */
const callBytes = (stream: ScriptedEventStream) =>
  stream.calls.map((call) =>
    call.reduce((sum, { data, partitionKey }) => sum + data.length + partitionKey.length, 0),
  );
const oneTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);
/** Events so large that each fills an aggregate of its own. */
const large = { landingUrl: `https://x.example/${'x'.repeat(70_000)}` };

/** The sequences of the events in an aggregate. */
function decodedIn(data: Uint8Array): number[] {
  return deaggregate(data)!.flatMap((inner) => {
    const decoded = decodeRecord(inner.data);
    return decoded.kind === 'event' ? decoded.event.sequence : [];
  });
}

/** Numbers that only look random (mulberry32), so that a failure can be played again. */
function seededRandom(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe('Sender', () => {
  test('lingers, and then sends what has come as one aggregate', async () => {
    const { clock, stream, accept, spool } = buildSender();
    accept(10);
    await clock.advance(limits.sendLingerMs - 1);
    accept(10);
    expect(stream.calls).toHaveLength(0);
    await clock.advance(1);
    expect(stream.calls).toHaveLength(1);
    expect(stream.records).toHaveLength(1);
    expect(sequences(stream)).toEqual(oneTo(20));
    expect(spool.account()).toMatchObject({ unsent: 0, sentThrough: 20 });
  });

  test('what waited while there was no room lingers no longer for that', async () => {
    const { clock, stream, accept } = buildSender({ putCallsMax: 1 });
    stream.hold();
    accept();
    await clock.advance(limits.sendLingerMs);
    accept();
    await clock.advance(limits.sendLingerMs - 10);
    stream.letGo();
    await clock.advance(9);
    expect(sequences(stream)).toEqual([1]);
    await clock.advance(1);
    expect(sequences(stream)).toEqual([1, 2]);
  });

  test('a full aggregate does not linger; what does not fit does', async () => {
    const { clock, stream, accept } = buildSender();
    accept(2, large);
    await clock.advance(0);
    expect(sequences(stream)).toEqual([1]);
    await clock.advance(limits.sendLingerMs);
    expect(sequences(stream)).toEqual([1, 2]);
  });

  test('an aggregate holds consecutive events of the writer under one hash key, repeated inside', async () => {
    const { clock, stream, accept } = buildSender();
    accept(2_000);
    await clock.advance(limits.sendLingerMs);
    expect(stream.records.length).toBeGreaterThan(1);
    for (const record of stream.records) {
      expect(record.data.length).toBeLessThanOrEqual(limits.aggregateBytesMax);
      expect(record.partitionKey).toBe('w');
      expect(BigInt(record.explicitHashKey!)).toBeLessThan(2n ** 128n);
      for (const inner of deaggregate(record.data)!) {
        expect(inner).toMatchObject({ partitionKey: 'w', explicitHashKey: record.explicitHashKey });
      }
    }
    expect(new Set(stream.records.map(({ explicitHashKey }) => explicitHashKey)).size).toBe(
      stream.records.length,
    );
    expect(sequences(stream)).toEqual(oneTo(2_000));
  });

  test('a call holds 500 records at most', async () => {
    const { clock, stream, sender, accept } = buildSender({ aggregateBytesMax: 1, putCallsMax: 1 });
    stream.hold();
    accept(1_200);
    void sender.flush();
    stream.letGo();
    await clock.advance(10);
    expect(stream.calls.map((call) => call.length)).toEqual([500, 500, 200]);
  });

  test('a call holds 5 MiB at most, keys included', async () => {
    const putBytesMax = 5 * 1024 * 1024;
    const { clock, stream, accept } = buildSender({ putBytesMax, putCallsMax: 1 });
    stream.hold();
    accept(1, large);
    await clock.advance(limits.sendLingerMs);
    accept(200, large);
    stream.letGo();
    await clock.advance(limits.sendLingerMs);
    expect(Math.max(...callBytes(stream))).toBeLessThanOrEqual(putBytesMax);
    expect(Math.max(...callBytes(stream))).toBeGreaterThan(putBytesMax - 2 * limits.aggregateBytesMax);
    expect(sequences(stream)).toEqual(oneTo(201));
  });

  test('a call holds no more than that of what failed before, either', async () => {
    const putBytesMax = 300_000;
    const { clock, stream, accept } = buildSender({ putBytesMax });
    stream.hold();
    for (let i = 0; i < 4; i++) {
      accept(3, large);
      await clock.advance(limits.sendLingerMs);
    }
    const failing = stream.calls.length;
    expect(failing).toBeGreaterThan(1);
    stream.outcome = (_record, call) => (call < failing ? broken : taken);
    stream.letGo();
    await clock.advance(1_000);
    expect(inOrder(stream)).toEqual(oneTo(12));
    expect(Math.max(...callBytes(stream))).toBeLessThanOrEqual(putBytesMax);
  });

  test('the bytes that it holds are bounded; the rest waits in the spool', async () => {
    const heldBytesMax = 1024 * 1024;
    const { clock, stream, sender, accept } = buildSender({ heldBytesMax, putCallsMax: 100 });
    stream.hold();
    for (let i = 0; i < 30; i++) {
      accept(4, large);
      await clock.advance(limits.sendLingerMs);
    }
    expect(sender.stats().heldBytes).toBeLessThanOrEqual(heldBytesMax);
    expect(sender.stats().heldBytes).toBeGreaterThan(heldBytesMax - 2 * limits.aggregateBytesMax);
    stream.letGo();
    await clock.advance(limits.sendLingerMs);
    expect(inOrder(stream)).toEqual(oneTo(120));
  });

  test('calls under way are bounded; the rest waits in the spool', async () => {
    const { clock, stream, sender, spool, accept } = buildSender({ putCallsMax: 3 });
    stream.hold();
    for (let i = 0; i < 30; i++) {
      accept(4, large);
      await clock.advance(limits.sendLingerMs);
    }
    expect(stream.underWay).toBe(3);
    expect(sender.stats().callsUnderWay).toBe(3);
    expect(spool.account().unsent).toBe(120);
    stream.letGo();
    await clock.advance(limits.sendLingerMs);
    expect(sequences(stream).toSorted((a, b) => a - b)).toEqual(oneTo(120));
    expect(sender.stats()).toEqual({ callsUnderWay: 0, heldAggregates: 0, heldBytes: 0 });
  });

  test('what rests is bounded too, by count', async () => {
    const bounds = { heldAggregatesMax: 500, heldBytesMax: 1e9, retryMaxMs: 1e6 };
    const { clock, stream, sender, spool, accept } = buildSender(bounds);
    // Of each call one record is taken, so that the others rest by themselves.
    stream.outcome = (record, call) => (record === stream.calls[call]![0] ? taken : forbidden);
    for (let i = 0; i < 550; i++) {
      accept(3, large);
      await clock.advance(limits.sendLingerMs);
    }
    // The last place is that of a record that is taken.
    expect(sender.stats().heldAggregates).toBe(499);
    expect(spool.account().unsent).toBe(499);
  });

  test('of a partial failure only the failures go again, and hold up nothing', async () => {
    const { clock, stream, accept, failures, ended } = buildSender();
    let attempts = 0;
    stream.outcome = ({ data }) => (decodedIn(data).includes(1) && ++attempts <= 2 ? broken : taken);
    accept(4, large);
    await clock.advance(0);
    expect(sequences(stream)).toEqual([2, 3]);
    accept(1, large);
    await clock.advance(limits.sendLingerMs);
    // Full jitter of 0.5: after 50 ms, then 100 ms.
    expect(sequences(stream)).toEqual(expect.arrayContaining([2, 3, 4, 5]));
    await clock.advance(1_000);
    expect(sequences(stream).toSorted()).toEqual([1, 2, 3, 4, 5]);
    expect(attempts).toBe(3);
    expect(stream.calls.flat()).toHaveLength(5 + 2);
    expect(failures).toMatchObject([
      { code: 'InternalFailure', records: 1, events: 1, retriable: true },
      { code: 'InternalFailure', records: 1, events: 1, retriable: true },
    ]);
    expect(ended[0]).toMatchObject({ records: 3, failedRecords: 1, eventsSent: 2 });
  });

  test('what is throttled goes again under a fresh hash key, with the same events', async () => {
    const { clock, stream, accept } = buildSender();
    stream.outcome = (_record, call) => (call < 3 ? throttled : taken);
    accept(5);
    await clock.advance(10_000);
    const attempts = stream.calls.map(([record]) => record!);
    expect(attempts).toHaveLength(4);
    expect(new Set(attempts.map(({ explicitHashKey }) => explicitHashKey)).size).toBe(4);
    for (const { data, explicitHashKey } of attempts) {
      expect(deaggregate(data)!.every((inner) => inner.explicitHashKey === explicitHashKey)).toBe(true);
    }
    expect(sequences(stream)).toEqual(oneTo(5));
  });

  test('what fails otherwise goes again under a fresh hash key, too: its shard may ail', async () => {
    const { clock, stream, accept } = buildSender();
    stream.outcome = (record, call) => (call === 0 && record === stream.calls[0]![0] ? broken : taken);
    accept(4, large);
    await clock.advance(1_000);
    const [first, again] = stream.calls
      .flat()
      .filter(({ data }) => decodedIn(data).includes(1))
      .map(({ explicitHashKey }) => explicitHashKey);
    expect(again).toBeDefined();
    expect(again).not.toBe(first);
  });

  test('a back-off doubles, with full jitter, up to its bound', async () => {
    const { clock, stream, accept } = buildSender({ retryBaseMs: 100, retryMaxMs: 1_000 });
    const atMs: number[] = [];
    stream.outcome = () => {
      atMs.push(clock.monotonicMs());
      return broken;
    };
    accept();
    await clock.advance(5_000);
    const waits = atMs.slice(1, 8).map((ms, i) => ms - atMs[i]!);
    expect(waits).toEqual([50, 100, 200, 400, 500, 500, 500]);
  });

  test('what fails for the first time waits no longer because of what failed with it before', async () => {
    const { clock, stream, accept } = buildSender({ putCallsMax: 1 });
    const triedAtMs: number[] = [];
    stream.outcome = ({ data }) => {
      const [sequence] = decodedIn(data);
      if (sequence === 5) triedAtMs.push(clock.monotonicMs());
      return sequence === 1 || sequence === 5 ? broken : taken;
    };
    accept(4, large);
    await clock.advance(40);
    expect(sequences(stream)).toEqual([2, 3]);
    // By the end of a slow call the first event has rested, and others wait.
    stream.hold();
    accept(1, large);
    await clock.advance(0);
    accept(2, large);
    await clock.advance(20);
    stream.letGo();
    await clock.advance(60);
    expect(stream.calls[2]).toHaveLength(3);
    // Full jitter of 0.5: a first failure rests for 50 ms, a second for 100.
    expect(triedAtMs).toEqual([60, 110]);
  });

  test('what no retry mends is an alarm, is kept, and is tried at the longest back-off', async () => {
    // The longest back-off is jittered too, or a fleet would come back as one: 0.5 … 1 of it.
    const { clock, stream, spool, accept, failures } = buildSender({ retryMaxMs: 2_000 });
    stream.outcome = () => forbidden;
    accept(3);
    await clock.advance(limits.sendLingerMs + 1_499);
    expect(stream.calls).toHaveLength(1);
    expect(failures).toEqual([
      { code: 'AccessDeniedException', throttled: false, retriable: false, records: 1, events: 3 },
    ]);
    expect(spool.account().unsent).toBe(3);
    stream.outcome = () => taken;
    await clock.advance(1);
    expect(sequences(stream)).toEqual([1, 2, 3]);
    expect(spool.account().unsent).toBe(0);
  });

  test.each([
    ['a whole call', 0],
    ['a part of a call', 1],
  ])('the longest back-off is never longer, and never shorter than half: %s', async (_, takenFirst) => {
    for (const [random, restMs] of [
      [0, 1_000],
      [0.999, 1_999],
    ] as const) {
      const { clock, stream, accept } = buildSender({ retryMaxMs: 2_000 }, undefined, () => random);
      stream.outcome = (record) => (stream.calls[0]!.indexOf(record) < takenFirst ? taken : forbidden);
      accept(4, large);
      await clock.advance(limits.sendLingerMs);
      const calls = stream.calls.length;
      await clock.advance(restMs - limits.sendLingerMs - 1);
      expect(stream.calls).toHaveLength(calls);
      await clock.advance(2);
      expect(stream.calls).toHaveLength(calls + 1);
    }
  });

  test('a flush neither lingers nor rests, and resolves when all is on the stream', async () => {
    const { clock, stream, sender, accept } = buildSender();
    stream.outcome = (_record, call) => (call === 0 ? forbidden : taken);
    accept(3);
    await clock.advance(limits.sendLingerMs);
    accept(2);
    let flushed = false;
    void sender.flush().then(() => {
      flushed = true;
    });
    await clock.advance(0);
    expect(flushed).toBe(true);
    expect(sequences(stream).toSorted()).toEqual(oneTo(5));
  });

  test('a flush waits for the answers to the calls under way', async () => {
    const { clock, stream, sender, accept } = buildSender();
    stream.hold();
    accept(3);
    await clock.advance(limits.sendLingerMs);
    let flushed = false;
    void sender.flush().then(() => {
      flushed = true;
    });
    await clock.advance(60_000);
    expect(flushed).toBe(false);
    stream.letGo();
    await clock.advance(0);
    expect(flushed).toBe(true);
  });

  test.each([
    ['what a retry may mend', broken],
    ['what none does', forbidden],
  ])('while it flushes, the back-off is short, as time is: %s', async (_, fault) => {
    const bounds = { retryMaxMs: 10_000, drainRetryMaxMs: 1_000 };
    const { clock, stream, sender, accept } = buildSender(bounds, undefined, () => 0.999);
    const atMs: number[] = [];
    stream.outcome = () => {
      atMs.push(clock.monotonicMs());
      return fault;
    };
    accept();
    void sender.flush();
    await clock.advance(20_000);
    const waits = atMs.slice(1).map((ms, i) => ms - atMs[i]!);
    expect(waits.length).toBeGreaterThan(15);
    expect(Math.max(...waits)).toBeLessThanOrEqual(1_000);
  });

  test('a flush of nothing resolves at once', async () => {
    await buildSender().sender.flush();
  });

  test('an adapter that breaks its promise loses nothing', async () => {
    const { clock, stream, sender, accept, failures } = buildSender();
    const put = stream.put.bind(stream);
    stream.put = async () => {
      throw new TypeError('planted');
    };
    accept(3);
    await clock.advance(limits.sendLingerMs);
    expect(failures).toMatchObject([{ code: 'TypeError', events: 3 }]);
    stream.put = async (records) => (await put(records)).slice(0, 0);
    await clock.advance(100);
    expect(failures.at(-1)).toMatchObject({ code: 'NoOutcome', events: 3 });
    stream.put = put;
    await sender.flush();
    expect(new Set(sequences(stream))).toEqual(new Set([1, 2, 3]));
  });

  test('after a stop it begins nothing', async () => {
    const { clock, stream, sender, accept } = buildSender();
    accept();
    await sender.stop();
    await clock.advance(60_000);
    expect(stream.calls).toHaveLength(0);
  });

  describe.each([
    ['a whole call', 0],
    ['a part of a call', 1],
  ])('after a stop nothing is sent again: %s', (_, takenFirst) => {
    function buildFailing() {
      const built = buildSender({ putCallsMax: 1 });
      const { stream } = built;
      stream.outcome = (record, call) => (stream.calls[call]!.indexOf(record) < takenFirst ? taken : broken);
      return built;
    }

    test('that rests', async () => {
      const { clock, stream, sender, accept } = buildFailing();
      accept(4, large);
      await clock.advance(0);
      expect(clock.timers).toBeGreaterThan(0);
      void sender.stop();
      expect(clock.timers).toBe(0);
      accept(4, large);
      await clock.advance(60_000);
      expect(stream.calls).toHaveLength(1);
    });

    test('that fails only then', async () => {
      const { clock, stream, sender, accept } = buildFailing();
      stream.hold();
      accept(4, large);
      await clock.advance(0);
      void sender.stop();
      stream.letGo();
      await clock.advance(0);
      expect(clock.timers).toBe(0);
      await clock.advance(60_000);
      expect(stream.calls).toHaveLength(1);
    });
  });

  test('a stop resolves when the calls under way have ended; what they left is not tried again', async () => {
    const { clock, stream, sender, spool, accept } = buildSender();
    stream.hold();
    accept(3, large);
    await clock.advance(limits.sendLingerMs);
    accept(3, large);
    await clock.advance(limits.sendLingerMs);
    expect(stream.underWay).toBeGreaterThan(1);
    const calls = stream.calls.length;
    stream.outcome = (_record, call) => (call === 0 ? broken : taken);
    let stopped = false;
    void sender.stop().then(() => {
      stopped = true;
    });
    await clock.advance(60_000);
    expect(stopped).toBe(false);
    stream.letGo();
    await clock.advance(60_000);
    expect(stopped).toBe(true);
    expect(stream.calls).toHaveLength(calls);
    expect(spool.account().unsent).toBe(stream.calls[0]!.length);
  });

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
    expect(sequences(stream).toSorted((a, b) => a - b)).toEqual(oneTo(110));
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
    expect(sequences(stream).toSorted()).toEqual(oneTo(6));
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
        for (let ms = 0; ms < outageMs; ms += 10) {
          accept();
          await clock.advance(10);
        }
        expect(calledAtMs.length).toBeGreaterThan(2);
        for (const fromMs of [0, 10_000, 20_000, 30_000, 40_000, 50_000]) {
          const calls = calledAtMs.filter((ms) => ms >= fromMs && ms < fromMs + 10_000);
          // The first seconds are those of the short back-offs.
          expect(calls.length).toBeLessThanOrEqual(fromMs === 0 ? 25 : 15);
        }
        stream.outcome = () => taken;
        const calls = stream.calls.length;
        await clock.advance(limits.retryMaxMs + limits.sendLingerMs);
        expect(sequences(stream).toSorted((a, b) => a - b)).toEqual(oneTo(outageMs / 10));
        expect(spool.account().unsent).toBe(0);
        // What waited has grown into full aggregates meanwhile.
        expect(stream.calls.length - calls).toBeLessThanOrEqual(5);
        expect(sender.stats()).toEqual({ callsUnderWay: 0, heldAggregates: 0, heldBytes: 0 });
      }),
      { numRuns: 20 },
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
        const events = 3_000;
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
          expect(sequences(stream).toSorted((a, b) => a - b)).toEqual(oneTo(count));
          expect(spool.account()).toMatchObject({ unsent: 0, unsentBytes: 0, sentThrough: count });
          expect(sender.stats()).toEqual({ callsUnderWay: 0, heldAggregates: 0, heldBytes: 0 });
        },
      ),
      { numRuns: 60 },
    );
  });
});
