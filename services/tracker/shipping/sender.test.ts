import { deaggregate } from '@trackline/proto/kpl';
import { describe, expect, test } from 'vitest';
import { broken, forbidden, taken } from '../../../test/helpers/scripted-event-stream.ts';
import { buildSender, callBytes, inOrder, large, oneTo, sequences } from '../../../test/helpers/sender.ts';
import { limits } from '../limits.ts';

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

  test('what fills a call does not linger; what does not fit does', async () => {
    const { clock, stream, accept } = buildSender({ putBytesMax: 300_000 });
    accept(4, large);
    await clock.advance(limits.sendLingerMs - 1);
    expect(stream.calls).toEqual([]);
    accept(1, large);
    await clock.advance(0);
    expect(sequences(stream)).toEqual([1, 2, 3]);
    await clock.advance(1);
    expect(sequences(stream)).toEqual([1, 2, 3, 4]);
    await clock.advance(limits.sendLingerMs);
    expect(sequences(stream)).toEqual([1, 2, 3, 4, 5]);
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
    expect(inOrder(stream)).toEqual(oneTo(120));
    expect(sender.stats()).toMatchObject({ callsUnderWay: 0, heldAggregates: 0, heldBytes: 0 });
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
});
