import { describe, expect, test } from 'vitest';
import { cutId, heldBytes } from '../../../test/helpers/heap.ts';
import {
  holding,
  playedProgramCache as setUp,
  versionOf,
} from '../../../test/helpers/played-program-cache.ts';
import { program, tombstone } from '../../../test/helpers/programs.ts';

describe('lookup', () => {
  test('a hit answers at once, with the same frozen value each time', async () => {
    const t = setUp();
    t.store.set('shoes', program());
    await t.join();
    const first = await t.cache.lookup('shoes');
    expect(t.cache.lookup('shoes')).toBe(first);
    expect(Object.isFrozen(first)).toBe(true);
    expect(t.fetches).toBe(1);
  });

  test('an id that is known not to exist is kept, and not the URL that it was cut from', async () => {
    const t = setUp({ negativeEntriesMax: 1_000 });
    await t.join();
    const held = await heldBytes(async () => {
      for (let n = 0; n < 1_000; n++) await t.cache.lookup(cutId(n));
    });
    expect(t.cache.stats()).toMatchObject({ negativeEntries: 1_000, fetches: 0 });
    expect(held / 1_000).toBeLessThan(4_096);
  });

  test('an entry of an older epoch is checked once, by one fetch', async () => {
    const t = await holding(program());
    t.announce(program({ id: 'other' }), 9);
    t.store.set('shoes', program({ version: 2 }));
    const all = await Promise.all(Array.from({ length: 50 }, () => t.cache.lookup('shoes')));
    expect(all.map(versionOf)).toEqual(Array(50).fill(2));
    expect(t.fetches).toBe(2);
    expect(t.cache.lookup('shoes')).not.toBeInstanceOf(Promise);
  });

  test('where that check fails, it is served within its TTL, and counted', async () => {
    const t = await holding(program());
    t.announce(program({ id: 'other' }), 9);
    t.goAway(true);
    expect(await t.cache.lookup('shoes')).toMatchObject({ kind: 'known', unverified: false });
    expect(t.told).toEqual(['epoch gap', 'failed TIMEOUT', 'served unrevalidated']);
  });

  test('an epoch that rises during a fetch is not covered by its answer', async () => {
    const t = setUp();
    t.store.set('shoes', program());
    await t.join();
    const held = t.hold();
    const looking = t.cache.lookup('shoes');
    await t.clock.advance(0);
    t.store.set('shoes', program({ version: 2 }));
    t.announce(program({ id: 'other' }), 9);
    held.answer();
    expect(versionOf(await looking)).toBe(1);
    expect(versionOf(await t.cache.lookup('shoes'))).toBe(2);
  });

  test('past its TTL, which jitter only shortens, it is fetched again', async () => {
    const t = await holding(program(), { ttlMs: 100_000 });
    // random() is 0.5, so that 5 % of the TTL are gone.
    await t.clock.advance(94_900);
    expect(t.cache.lookup('shoes')).not.toBeInstanceOf(Promise);
    await t.clock.advance(200);
    expect(t.cache.lookup('shoes')).toBeInstanceOf(Promise);
  });

  test('while the store is away: as ever within the TTL, then flagged, then unknowable', async () => {
    const t = setUp({ ttlMs: 100_000, staleMs: 50_000 });
    t.store.set('shoes', program());
    t.store.set('gone', tombstone('gone', 4));
    await t.join();
    await t.cache.lookup('shoes');
    await t.cache.lookup('gone');
    t.link().onLost('gone');
    expect(t.cache.lookup('shoes')).toMatchObject({ kind: 'known', unverified: false });
    await t.clock.advance(100_000);
    expect(t.cache.lookup('shoes')).toMatchObject({ kind: 'known', unverified: true });
    expect(t.cache.lookup('gone')).toEqual({ kind: 'unknowable' });
    await t.clock.advance(50_000);
    expect(t.cache.lookup('shoes')).toEqual({ kind: 'unknowable' });
    expect(t.told).toContain('served stale');
  });

  test('with a further bound of 0, nothing past its TTL is served', async () => {
    const t = await holding(program(), { ttlMs: 100_000, staleMs: 0 });
    t.link().onLost('gone');
    await t.clock.advance(100_000);
    expect(t.cache.lookup('shoes')).toEqual({ kind: 'unknowable' });
  });

  test('an unknown id is unknown for five seconds, and then asked for again', async () => {
    const t = setUp();
    await t.join();
    expect(await t.cache.lookup('nobody')).toEqual({ kind: 'unknown' });
    await t.clock.advance(4_900);
    expect(t.cache.lookup('nobody')).toEqual({ kind: 'unknown' });
    await t.clock.advance(200);
    await t.cache.lookup('nobody');
    expect(t.fetches).toBe(2);
  });

  test('a store of another generation can’t tell that a program does not exist', async () => {
    const t = setUp();
    await t.join();
    t.setHead({ generation: null });
    expect(await t.cache.lookup('shoes')).toEqual({ kind: 'unknowable' });
    t.setHead({ generation: 'g2' });
    expect(await t.cache.lookup('shoes')).toEqual({ kind: 'unknowable' });
    expect(t.told).toEqual(['failed OTHER_GENERATION', 'failed OTHER_GENERATION']);
  });

  test('an unknown id of an older epoch is asked for again, once: it may be new since', async () => {
    const t = setUp();
    await t.join();
    expect(await t.cache.lookup('shoes')).toEqual({ kind: 'unknown' });
    t.writeSilently(program());
    expect(t.cache.lookup('shoes')).toEqual({ kind: 'unknown' });
    t.announce(program({ id: 'other' }), 2);
    expect(t.told).toEqual(['epoch gap']);
    const all = await Promise.all(Array.from({ length: 50 }, () => t.cache.lookup('shoes')));
    expect(all.map(versionOf)).toEqual(Array(50).fill(1));
    expect(t.fetches).toBe(2);
  });

  test('an unknown id of an older epoch is unknowable while the store can’t be asked', async () => {
    const t = setUp();
    await t.join();
    await t.cache.lookup('nobody');
    t.announce(program({ id: 'other' }), 9);
    t.goAway(true);
    expect(await t.cache.lookup('nobody')).toEqual({ kind: 'unknowable' });
    t.link().onLost('gone');
    expect(t.cache.lookup('nobody')).toEqual({ kind: 'unknowable' });
  });

  test('unknown ids are bounded, and an epoch makes one fetch for each that is asked for', async () => {
    const t = setUp({ negativeEntriesMax: 10, fetchesMax: 20 });
    await t.join();
    for (let i = 0; i < 1_000; i++) await t.cache.lookup(`nobody-${i}`);
    expect(t.cache.stats()).toMatchObject({ negativeEntries: 10, fetches: 0 });
    t.announce(program({ id: 'other' }), 9);
    const before = t.fetches;
    const asked = Array.from({ length: 100 }, (_, i) => t.cache.lookup(`nobody-${990 + (i % 10)}`));
    expect(await Promise.all(asked)).toEqual(Array(100).fill({ kind: 'unknown' }));
    expect(t.fetches - before).toBe(10);
    expect(t.cache.lookup('nobody-999')).toEqual({ kind: 'unknown' });
  });

  test('an absence that an epoch overtakes is not believed twice', async () => {
    const t = setUp();
    await t.join();
    const held = t.hold();
    const looking = t.cache.lookup('shoes');
    await t.clock.advance(0);
    t.writeSilently(program());
    t.announce(program({ id: 'other' }), 9);
    held.answer();
    expect(await looking).toEqual({ kind: 'unknown' });
    expect(versionOf(await t.cache.lookup('shoes'))).toBe(1);
  });

  test('no jump of the wall clock, in either direction, makes anything older or younger', async () => {
    const t = await holding(program(), { ttlMs: 100_000 });
    await t.cache.lookup('nobody');
    for (const jumpMs of [86_400_000, -2 * 86_400_000]) {
      t.clock.jumpWall(jumpMs);
      expect(t.cache.lookup('shoes')).toMatchObject({ kind: 'known', unverified: false });
      expect(t.cache.lookup('nobody')).toEqual({ kind: 'unknown' });
    }
    await t.clock.advance(100_000);
    expect(t.cache.lookup('shoes')).toBeInstanceOf(Promise);
    expect(t.cache.lookup('nobody')).toBeInstanceOf(Promise);
  });

  test('fetches are bounded: beyond it a miss is unknowable, at once', async () => {
    const t = setUp({ fetchesMax: 3 });
    await t.join();
    const held = t.hold();
    const looking = Array.from({ length: 5 }, (_, i) => t.cache.lookup(`p${i}`));
    await t.clock.advance(0);
    held.answer();
    expect((await Promise.all(looking)).map(({ kind }) => kind)).toEqual([
      'unknown',
      'unknown',
      'unknown',
      'unknowable',
      'unknowable',
    ]);
  });
});

test('clear forgets everything', async () => {
  const t = await holding(program());
  await t.cache.lookup('nobody');
  t.cache.clear();
  expect(t.cache.stats()).toMatchObject({ entries: 0, negativeEntries: 0 });
  expect(t.cache.lookup('shoes')).toBeInstanceOf(Promise);
});
