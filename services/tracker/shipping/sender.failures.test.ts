import { deaggregate } from '@trackline/proto/kpl';
import { describe, expect, test } from 'vitest';
import { broken, forbidden, taken, throttled } from '../../../test/helpers/scripted-event-stream.ts';
import { buildSender, decodedIn, large, oneTo, sequences } from '../../../test/helpers/sender.ts';
import { limits } from '../limits.ts';

describe('what the stream does not take', () => {
  test('of a partial failure only the failures go again, and hold up nothing', async () => {
    const { clock, stream, accept, failures, ended } = buildSender();
    let attempts = 0;
    stream.outcome = ({ data }) => (decodedIn(data).includes(1) && ++attempts <= 2 ? broken : taken);
    accept(4, large);
    await clock.advance(limits.sendLingerMs);
    expect(sequences(stream)).toEqual([2, 3, 4]);
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
    expect(ended[0]).toMatchObject({ records: 4, failedRecords: 1, eventsSent: 3 });
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
      if (sequence === 6) triedAtMs.push(clock.monotonicMs());
      return sequence === 1 || sequence === 6 ? broken : taken;
    };
    accept(4, large);
    await clock.advance(20);
    accept(1, large);
    await clock.advance(30);
    expect(sequences(stream)).toEqual([2, 3, 4]);
    // By the end of a slow call the first event has rested, and others wait.
    stream.hold();
    await clock.advance(20);
    accept(2, large);
    await clock.advance(50);
    stream.letGo();
    await clock.advance(60);
    expect(stream.calls[2]).toHaveLength(3);
    // Full jitter of 0.5: a first failure rests for 50 ms, a second for 100.
    expect(triedAtMs).toEqual([120, 170]);
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
      await clock.advance(restMs - 1);
      expect(stream.calls).toHaveLength(calls);
      await clock.advance(2);
      expect(stream.calls).toHaveLength(calls + 1);
    }
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
});
