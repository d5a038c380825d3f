import { describe, expect, test } from 'vitest';
import { playedProgramCache as setUp } from '../../../test/helpers/played-program-cache.ts';
import { program } from '../../../test/helpers/programs.ts';

describe('coherence', () => {
  test('is gained by a confirmed subscription and a read, not by the connection', async () => {
    const t = setUp();
    expect(t.cache.lookup('shoes')).toEqual({ kind: 'unknowable' });
    const held = t.hold();
    t.link().onSubscribed();
    await t.clock.advance(0);
    expect([t.cache.coherent, t.cache.wasCoherent]).toEqual([false, false]);
    held.answer();
    await t.clock.advance(0);
    expect([t.cache.coherent, t.cache.wasCoherent]).toEqual([true, true]);
    expect(t.told).toEqual(['epoch joined', 'coherent']);
  });

  test('is not gained from a store without a generation, until it has one', async () => {
    const t = setUp();
    t.setHead({ generation: null });
    t.link().onSubscribed();
    await t.clock.advance(3_000);
    expect(t.cache.coherent).toBe(false);
    t.setHead({ generation: 'g2' });
    await t.clock.advance(1_100);
    expect(t.cache.coherent).toBe(true);
  });

  test('is lost with the link, and with three polls in a row that nobody answers', async () => {
    const t = setUp();
    await t.join();
    t.link().onLost('gone');
    expect(t.cache.coherent).toBe(false);
    await t.join();
    t.goAway(true);
    await t.clock.advance(2_300);
    expect(t.cache.coherent).toBe(true);
    await t.clock.advance(1_100);
    expect(t.cache.coherent).toBe(false);
    t.goAway(false);
    await t.clock.advance(1_100);
    expect(t.cache.coherent).toBe(true);
    expect(t.cache.wasCoherent).toBe(true);
  });

  test('a number left out raises the epoch; one that repeats never does', async () => {
    const t = setUp();
    await t.join();
    t.announce(program({ version: 1 }), 1);
    t.announce(program({ version: 2 }), 2);
    t.announce(program({ version: 2 }), 2);
    t.announce(program({ version: 1 }), 1);
    expect(t.told).toEqual([]);
    t.announce(program({ version: 3 }), 3);
    expect(t.told).toEqual([]);
    t.announce(program({ version: 4 }), 5);
    expect(t.told).toEqual(['epoch gap']);
  });

  test('what was announced between the subscription and the first answer is not missed twice', async () => {
    const t = setUp();
    const held = t.hold();
    t.link().onSubscribed();
    await t.clock.advance(0);
    for (let seq = 1; seq <= 3; seq++) t.announce(program({ version: seq }), seq);
    held.answer();
    await t.clock.advance(0);
    t.announce(program({ version: 4 }), 4);
    expect(t.told).toEqual(['epoch joined', 'coherent']);
  });

  test('the counter of a store that was built anew begins anew', async () => {
    const t = setUp();
    await t.join();
    for (let seq = 1; seq <= 5; seq++) t.announce(program({ version: seq }), seq);
    t.setHead({ seq: 0, generation: null });
    await t.clock.advance(1_100);
    expect(t.told).toEqual(['incoherent not_built']);
    t.setHead({ seq: 1, generation: 'g2' });
    await t.clock.advance(5_000);
    expect(t.told).toEqual(['incoherent not_built', 'epoch joined', 'coherent']);
  });

  test('an answer to a poll of an earlier link says nothing of a later one', async () => {
    const t = setUp();
    const first = t.hold();
    t.link().onSubscribed();
    await t.clock.advance(0);
    t.link().onLost('gone');
    t.goAway(true);
    t.link().onSubscribed();
    await t.clock.advance(0);
    first.answer();
    await t.clock.advance(0);
    expect(t.cache.coherent).toBe(false);
  });

  test('nor does its failure, and nothing is polled twice for it', async () => {
    const t = setUp();
    await t.join();
    const held = [];
    for (let i = 0; i < 3; i++) {
      held.push(t.hold());
      await t.clock.advance(1_100);
      t.link().onLost('gone');
      const joining = t.hold();
      t.link().onSubscribed();
      await t.clock.advance(0);
      joining.answer();
      await t.clock.advance(0);
    }
    expect(t.cache.coherent).toBe(true);
    for (const answers of held) answers.fail();
    const before = t.polls;
    await t.clock.advance(5_000);
    expect(t.cache.coherent).toBe(true);
    expect(t.polls - before).toBe(5);
  });

  test.each([
    [0, 900],
    [0.999, 1_099],
  ])('polls are spread by a tenth of their second: a random %f waits for %i ms', async (random, waitMs) => {
    const t = setUp({ random: () => random });
    await t.join();
    await t.clock.advance(waitMs - 1);
    expect(t.polls).toBe(1);
    await t.clock.advance(2);
    expect(t.polls).toBe(2);
  });

  test.each([0, 0.5, 0.999])(
    'a lost announcement is noticed within four seconds, with a random %f',
    async (random) => {
      const t = setUp({ random: () => random });
      await t.join();
      // Right after a poll, so that a whole round of them passes before the next one sees the number.
      await t.clock.advance(0);
      t.writeSilently(program());
      await t.clock.advance(4_000);
      expect(t.told).toEqual(['epoch ahead']);
    },
  );

  test('a poll compares with what was known when it was sent', async () => {
    const t = setUp();
    await t.join();
    const held = t.hold();
    await t.clock.advance(1_100);
    // The poll is under way with seq 0 in hand; these overtake its answer.
    for (let seq = 1; seq <= 5; seq++) t.announce(program({ version: seq }), seq);
    held.answer();
    await t.clock.advance(0);
    expect(t.told).toEqual([]);
  });

  test('a counter ahead gets one more poll; still ahead raises the epoch', async () => {
    const t = setUp();
    await t.join();
    t.setHead({ seq: 1 });
    await t.clock.advance(1_050);
    expect(t.told).toEqual([]);
    t.announce(program(), 1);
    await t.clock.advance(2_000);
    expect(t.told).toEqual([]);
    t.setHead({ seq: 2 });
    await t.clock.advance(1_050);
    expect(t.told).toEqual([]);
    await t.clock.advance(1_050);
    expect(t.told).toEqual(['epoch ahead']);
    await t.clock.advance(5_000);
    expect(t.told).toEqual(['epoch ahead']);
  });

  test('a counter behind, or another generation, raises the epoch', async () => {
    const t = setUp();
    await t.join();
    for (let seq = 1; seq <= 5; seq++) t.announce(program({ version: seq }), seq);
    t.setHead({ seq: 2 });
    await t.clock.advance(1_100);
    expect(t.told).toEqual(['epoch behind']);
    t.setHead({ seq: 0, generation: 'g2' });
    await t.clock.advance(1_100);
    expect(t.told).toEqual(['epoch behind', 'epoch generation']);
  });

  test('a message that can’t be read is told; what it was is found by its number', async () => {
    const t = setUp();
    await t.join();
    t.link().onAnnouncement(null);
    t.announce(program(), 2);
    expect(t.told).toEqual(['unreadable', 'epoch gap']);
  });
});
