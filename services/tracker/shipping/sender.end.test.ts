import { describe, expect, test } from 'vitest';
import { broken, forbidden, taken } from '../../../test/helpers/scripted-event-stream.ts';
import { buildSender, large, oneTo, sequences } from '../../../test/helpers/sender.ts';
import { limits } from '../limits.ts';

describe('the end of a sender', () => {
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
      await clock.advance(limits.sendLingerMs);
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
      await clock.advance(limits.sendLingerMs);
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
});
