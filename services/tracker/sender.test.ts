import { randomFillSync } from 'node:crypto';
import type { PutOutcome, StreamRecord } from '@trackline/adapters/event-stream/event-stream';
import { deaggregate } from '@trackline/proto/kpl';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { trackingEvent } from '../../test/helpers/events.ts';
import { FakeClock } from '../../test/helpers/fake-clock.ts';
import {
  broken,
  forbidden,
  ScriptedEventStream,
  taken,
  throttled,
} from '../../test/helpers/scripted-event-stream.ts';
import { limits } from './limits.ts';
import { Sender, type SenderLimits, type SenderTelemetry, type SendFailure } from './sender.ts';
import { MemorySpool } from './spool.memory.ts';

function buildSender(bounds: Partial<SenderLimits> = {}, spoolBytesMax = 256 * 1024 * 1024) {
  const clock = new FakeClock();
  const stream = new ScriptedEventStream();
  const spool = new MemorySpool({ writer: 'w', clock, spoolBytesMax, limits });
  const failures: SendFailure[] = [];
  const ended: Parameters<SenderTelemetry['putEnded']>[0][] = [];
  const sender = new Sender({
    spool,
    stream,
    clock,
    random: () => 0.5,
    randomBytes: randomFillSync,
    limits: { ...limits, ...bounds },
    telemetry: { putEnded: (call) => ended.push(call), putFailed: (failure) => failures.push(failure) },
  });
  const accept = (count = 1, overrides = {}) => {
    for (let i = 0; i < count; i++) spool.accept(trackingEvent(overrides), () => {}, null);
  };
  return { clock, stream, spool, sender, accept, failures, ended };
}

const sequences = (stream: ScriptedEventStream) => stream.events.map(({ sequence }) => sequence);
const oneTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);
/** Events so large that each fills an aggregate of its own. */
const large = { landingUrl: `https://x.example/${'x'.repeat(70_000)}` };

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
    const sizes = stream.calls.map((call) =>
      call.reduce((sum, { data, partitionKey }) => sum + data.length + partitionKey.length, 0),
    );
    expect(Math.max(...sizes)).toBeLessThanOrEqual(putBytesMax);
    expect(Math.max(...sizes)).toBeGreaterThan(putBytesMax - 2 * limits.aggregateBytesMax);
    expect(sequences(stream)).toEqual(oneTo(201));
  });

  test('calls and bytes under way are bounded; the rest waits in the spool', async () => {
    const heldBytesMax = 2 * 1024 * 1024;
    const { clock, stream, sender, spool, accept } = buildSender({ heldBytesMax, putCallsMax: 3 });
    stream.hold();
    for (let i = 0; i < 30; i++) {
      accept(4, large);
      await clock.advance(limits.sendLingerMs);
    }
    expect(stream.underWay).toBe(3);
    expect(sender.stats().callsUnderWay).toBe(3);
    expect(sender.stats().heldBytes).toBeLessThanOrEqual(heldBytesMax);
    expect(spool.account().unsent).toBe(120);
    stream.letGo();
    await clock.advance(limits.sendLingerMs);
    expect(sequences(stream).toSorted((a, b) => a - b)).toEqual(oneTo(120));
    expect(sender.stats()).toEqual({ callsUnderWay: 0, heldAggregates: 0, heldBytes: 0 });
  });

  test('what rests is bounded too, by count', async () => {
    const { clock, stream, sender, spool, accept } = buildSender({ heldAggregatesMax: 500, retryMaxMs: 1e6 });
    stream.outcome = () => forbidden;
    for (let i = 0; i < 600; i++) {
      accept();
      await clock.advance(limits.sendLingerMs);
    }
    expect(sender.stats().heldAggregates).toBe(500);
    expect(spool.account().unsent).toBe(600);
  });

  test('of a partial failure only the failures go again, and hold up nothing', async () => {
    const { clock, stream, accept, failures, ended } = buildSender();
    let unlucky: StreamRecord | undefined;
    let attempts = 0;
    stream.outcome = (record) => {
      unlucky ??= record;
      return record === unlucky && ++attempts <= 2 ? broken : taken;
    };
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

  test('what no retry mends is an alarm, is kept, and is tried at the longest back-off', async () => {
    const { clock, stream, spool, accept, failures } = buildSender({ retryMaxMs: 2_000 });
    stream.outcome = () => forbidden;
    accept(3);
    await clock.advance(limits.sendLingerMs + 1_999);
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
