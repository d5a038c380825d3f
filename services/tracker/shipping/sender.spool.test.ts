import { describe, expect, test } from 'vitest';
import { FakeClock } from '../../../test/helpers/fake-clock.ts';
import { ReadingSpool } from '../../../test/helpers/reading-spool.ts';
import { ScriptedEventStream } from '../../../test/helpers/scripted-event-stream.ts';
import { oneTo, senderOf, sequences } from '../../../test/helpers/sender.ts';
import { limits } from '../limits.ts';

function buildReading() {
  const clock = new FakeClock();
  const stream = new ScriptedEventStream();
  const spool = new ReadingSpool(clock);
  return { clock, stream, spool, ...senderOf(spool, stream, clock) };
}

/** Whether a promise has settled, for those that must not yet. */
function watched(promise: Promise<void>): { done: boolean } {
  const state = { done: false };
  void promise.then(() => {
    state.done = true;
  });
  return state;
}

describe('a spool that has to read first', () => {
  test('is not asked again before it tells that it has read', async () => {
    const { clock, stream, spool, sender } = buildReading();
    spool.hold('w', 1, 10, 3_600_000);
    void sender.flush();
    await clock.advance(60_000);
    expect(spool.asked).toBe(1);
    spool.read();
    await clock.advance(0);
    expect(sequences(stream)).toEqual(oneTo(10));
  });

  test('and had read before anybody listened loses nothing by that', async () => {
    const clock = new FakeClock();
    const stream = new ScriptedEventStream();
    const spool = new ReadingSpool(clock);
    spool.hold('w', 1, 10, 3_600_000);
    spool.read();
    senderOf(spool, stream, clock);
    await clock.advance(limits.sendLingerMs);
    expect(sequences(stream)).toEqual(oneTo(10));
  });

  test('is asked for more each time that it tells', async () => {
    const { clock, stream, spool } = buildReading();
    spool.hold('w', 1, 9, 3_600_000);
    for (let read = 3; read <= 9; read += 3) {
      spool.read(3);
      await clock.advance(limits.sendLingerMs);
      expect(sequences(stream)).toEqual(oneTo(read));
    }
    expect(spool.asked).toBeLessThanOrEqual(6);
  });

  test('gives runs of several writers, each an aggregate of its own, in one call', async () => {
    const { clock, stream, spool } = buildReading();
    spool.hold('dead-1', 5, 8, 1e9);
    spool.hold('dead-2', 1, 3, 1e9);
    spool.hold('dead-2', 7, 9, 1e9);
    spool.hold('w', 1, 2);
    spool.read();
    await clock.advance(limits.sendLingerMs);
    expect(stream.calls).toHaveLength(1);
    expect(stream.records.map(({ partitionKey }) => partitionKey)).toEqual([
      'dead-1',
      'dead-2',
      'dead-2',
      'w',
    ]);
    expect(stream.events.map(({ writer, sequence }) => `${writer} ${sequence}`)).toEqual(
      ['dead-1 5', 'dead-1 6', 'dead-1 7', 'dead-1 8', 'dead-2 1', 'dead-2 2', 'dead-2 3'].concat([
        'dead-2 7',
        'dead-2 8',
        'dead-2 9',
        'w 1',
        'w 2',
      ]),
    );
  });

  test('a flush waits for what is not read yet, of writers that ended as well', async () => {
    const { clock, spool, sender } = buildReading();
    spool.hold('w', 1, 2);
    spool.read();
    spool.hold('w', 3, 4);
    spool.hold('dead-1', 1, 2, 1e9);
    const flushed = watched(sender.flush());
    await clock.advance(60_000);
    expect(flushed.done).toBe(false);
    spool.read(2);
    await clock.advance(60_000);
    expect(flushed.done).toBe(false);
    spool.read();
    await clock.advance(0);
    expect(flushed.done).toBe(true);
  });

  test('a flush waits for what is not kept yet, and no longer once it can’t be', async () => {
    const { clock, spool, sender } = buildReading();
    spool.queuedBytes = 100;
    const flushed = watched(sender.flush());
    await clock.advance(60_000);
    expect(flushed.done).toBe(false);
    spool.queuedBytes = 0;
    await clock.advance(limits.retryBaseMs);
    expect(flushed.done).toBe(true);
    expect(clock.timers).toBe(0);
  });
});
