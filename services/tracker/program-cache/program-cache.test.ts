import type { ProgramLookup } from '@trackline/domain/decide';
import { describe, expect, test } from 'vitest';
import { playedProgramCache as setUp } from '../../../test/helpers/played-program-cache.ts';
import { program, tombstone } from '../../../test/helpers/programs.ts';

const versionOf = (lookup: ProgramLookup) => (lookup.kind === 'known' ? lookup.program.version : lookup.kind);

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

  test('an entry of an older epoch is checked once, by one fetch', async () => {
    const t = setUp();
    t.store.set('shoes', program());
    await t.join();
    await t.cache.lookup('shoes');
    t.announce(program({ id: 'other' }), 9);
    t.store.set('shoes', program({ version: 2 }));
    const all = await Promise.all(Array.from({ length: 50 }, () => t.cache.lookup('shoes')));
    expect(all.map(versionOf)).toEqual(Array(50).fill(2));
    expect(t.fetches).toBe(2);
    expect(t.cache.lookup('shoes')).not.toBeInstanceOf(Promise);
  });

  test('where that check fails, it is served within its TTL, and counted', async () => {
    const t = setUp();
    t.store.set('shoes', program());
    await t.join();
    await t.cache.lookup('shoes');
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
    const t = setUp({ ttlMs: 100_000 });
    t.store.set('shoes', program());
    await t.join();
    await t.cache.lookup('shoes');
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
    const t = setUp({ ttlMs: 100_000, staleMs: 0 });
    t.store.set('shoes', program());
    await t.join();
    await t.cache.lookup('shoes');
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
    const t = setUp({ ttlMs: 100_000 });
    t.store.set('shoes', program());
    await t.join();
    await t.cache.lookup('shoes');
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

describe('what the store lost', () => {
  test.each(['lost', 'damaged'])('a program that is held and %s stays, with an alarm', async (how) => {
    const t = setUp();
    t.store.set('shoes', program({ version: 5 }));
    await t.join();
    await t.cache.lookup('shoes');
    t.announce(program({ id: 'other' }), 9);
    if (how === 'lost') t.store.delete('shoes');
    else t.damaged.add('shoes');
    t.told.length = 0;
    expect(versionOf(await t.cache.lookup('shoes'))).toBe(5);
    expect(t.told).toEqual(['stale fetch']);
    // Asked twice, and then no more in this epoch: no lookup after it waits.
    expect(t.fetches).toBe(3);
    expect(versionOf(t.cache.lookup('shoes') as ProgramLookup)).toBe(5);
  });

  test('and past its TTL just so', async () => {
    const t = setUp({ ttlMs: 100_000 });
    t.store.set('shoes', program());
    await t.join();
    await t.cache.lookup('shoes');
    t.store.delete('shoes');
    await t.clock.advance(100_000);
    expect(await t.cache.lookup('shoes')).toMatchObject({ kind: 'known', unverified: false });
    expect(t.told).toEqual(['stale fetch']);
  });

  test('and after the link was lost and joined again, while the store is the same', async () => {
    const t = setUp();
    t.store.set('shoes', program());
    await t.join();
    await t.cache.lookup('shoes');
    t.link().onLost('gone');
    t.store.delete('shoes');
    await t.join();
    expect(versionOf(await t.cache.lookup('shoes'))).toBe(1);
    expect(t.told).toEqual(['stale fetch']);
  });

  test('an answer that was only late is no alarm', async () => {
    const t = setUp();
    t.store.set('shoes', program());
    await t.join();
    await t.cache.lookup('shoes');
    t.announce(program({ id: 'other' }), 9);
    t.store.delete('shoes');
    t.told.length = 0;
    const held = t.hold();
    const looking = t.cache.lookup('shoes');
    await t.clock.advance(0);
    t.store.set('shoes', program());
    held.answer();
    expect(versionOf(await looking)).toBe(1);
    expect(t.told).toEqual([]);
  });

  test('a deletion that is held is not forgotten', async () => {
    const t = setUp();
    t.store.set('shoes', tombstone('shoes', 6));
    await t.join();
    await t.cache.lookup('shoes');
    t.store.delete('shoes');
    t.announce(program({ id: 'other' }), 9);
    expect(await t.cache.lookup('shoes')).toEqual({ kind: 'unknown' });
    t.announceLate(program({ version: 5 }));
    expect(t.cache.lookup('shoes')).toEqual({ kind: 'unknown' });
  });

  test('a store that was built anew may know nothing of what is held', async () => {
    const t = setUp();
    t.store.set('shoes', program());
    await t.join();
    await t.cache.lookup('shoes');
    t.store.delete('shoes');
    t.setHead({ generation: 'g2' });
    await t.clock.advance(1_100);
    t.told.length = 0;
    expect(await t.cache.lookup('shoes')).toEqual({ kind: 'unknown' });
    expect(t.cache.stats()).toMatchObject({ entries: 0, negativeEntries: 1 });
    expect(t.told).toEqual([]);
    expect(t.fetches).toBe(2);
  });

  test('but what is damaged there is not unknown', async () => {
    const t = setUp();
    t.store.set('shoes', program());
    await t.join();
    await t.cache.lookup('shoes');
    t.damaged.add('shoes');
    t.setHead({ generation: 'g2' });
    await t.clock.advance(1_100);
    expect(versionOf(await t.cache.lookup('shoes'))).toBe(1);
    expect(t.told).toContain('stale fetch');
  });

  test('what is damaged and not held is unknowable, seldom asked for, and mended by a version', async () => {
    const t = setUp();
    t.damaged.add('shoes');
    await t.join();
    expect(await t.cache.lookup('shoes')).toEqual({ kind: 'unknowable' });
    expect(t.cache.lookup('shoes')).toEqual({ kind: 'unknowable' });
    expect(t.fetches).toBe(1);
    await t.clock.advance(5_000);
    expect(await t.cache.lookup('shoes')).toEqual({ kind: 'unknowable' });
    expect(t.fetches).toBe(2);
    t.announce(program({ version: 2 }));
    expect(versionOf(t.cache.lookup('shoes') as ProgramLookup)).toBe(2);
  });
});

describe('announced versions', () => {
  test('are taken in for what is held or known not to exist, and for nothing else', async () => {
    const t = setUp();
    t.store.set('held', program({ id: 'held' }));
    await t.join();
    await t.cache.lookup('held');
    await t.cache.lookup('absent');
    for (const id of ['held', 'absent', 'other']) t.announce(program({ id, version: 2 }));
    expect(versionOf(t.cache.lookup('held') as ProgramLookup)).toBe(2);
    expect(versionOf(t.cache.lookup('absent') as ProgramLookup)).toBe(2);
    expect(t.cache.lookup('other')).toBeInstanceOf(Promise);
  });

  test('an older one is not taken; a tombstone makes unknown, and keeps older ones out', async () => {
    const t = setUp();
    t.store.set('shoes', program({ version: 5 }));
    await t.join();
    await t.cache.lookup('shoes');
    t.announce(program({ version: 4 }));
    expect(versionOf(t.cache.lookup('shoes') as ProgramLookup)).toBe(5);
    t.announce(tombstone('shoes', 6));
    t.announce(program({ version: 5 }));
    expect(t.cache.lookup('shoes')).toEqual({ kind: 'unknown' });
    t.announce(program({ version: 7 }));
    expect(versionOf(t.cache.lookup('shoes') as ProgramLookup)).toBe(7);
  });

  test('a fetch that comes back older than what was announced is made once more', async () => {
    const t = setUp();
    t.store.set('shoes', program());
    await t.join();
    const held = t.hold();
    const looking = t.cache.lookup('shoes');
    await t.clock.advance(0);
    t.announce(program({ version: 2 }));
    held.answer();
    expect(versionOf(await looking)).toBe(2);
    expect(t.fetches).toBe(2);
    expect(t.told).toEqual([]);
  });

  test('older again is an alarm, and what was announced is kept', async () => {
    const t = setUp();
    t.store.set('shoes', program());
    await t.join();
    const held = t.hold();
    const looking = t.cache.lookup('shoes');
    await t.clock.advance(0);
    t.announce(program({ version: 2 }));
    t.store.set('shoes', program());
    held.answer();
    expect(versionOf(await looking)).toBe(2);
    expect(t.told).toEqual(['stale fetch']);
    expect(versionOf(t.cache.lookup('shoes') as ProgramLookup)).toBe(2);
  });

  test('of several while a fetch is under way the newest is kept, in whichever order they came', async () => {
    const t = setUp({ entriesMax: 1 });
    t.store.set('shoes', program());
    await t.join();
    const held = t.hold();
    const looking = t.cache.lookup('shoes');
    await t.clock.advance(0);
    t.announceLate(program({ version: 3 }));
    t.announceLate(program({ version: 2 }));
    // Another program takes its place in a cache of one, so that what is held can't stand in for it.
    const other = t.cache.lookup('other');
    await t.clock.advance(0);
    t.announceLate(program({ id: 'other' }));
    held.answer();
    expect(versionOf(await looking)).toBe(3);
    expect(t.told).toContain('stale fetch');
    await other;
  });

  test('a fetch that fails leaves what was announced meanwhile, in the epoch that heard it', async () => {
    const t = setUp();
    t.store.set('shoes', program());
    await t.join();
    const held = t.hold();
    const looking = t.cache.lookup('shoes');
    await t.clock.advance(0);
    t.announce(program({ version: 2 }));
    t.writeSilently(program({ version: 3 }));
    t.announce(program({ id: 'other' }), 9);
    t.goAway(true);
    held.answer();
    expect(versionOf(await looking)).toBe(2);
    t.goAway(false);
    expect(versionOf(await t.cache.lookup('shoes'))).toBe(3);
  });

  test.each([
    ['a version', program({ version: 5 }), 5],
    ['a deletion', tombstone('shoes', 6), 'unknown'],
  ])(
    'a fetch that fails does not bring back what is older than %s that is held',
    async (_, newer, expected) => {
      const t = setUp();
      t.store.set('shoes', newer);
      await t.join();
      await t.cache.lookup('shoes');
      t.announce(program({ id: 'other' }), 9);
      const held = t.hold();
      const looking = t.cache.lookup('shoes');
      await t.clock.advance(0);
      t.announceLate(program({ version: 4 }));
      held.fail();
      expect(versionOf(await looking)).toBe(expected);
      expect(t.told).toContain('served unrevalidated');
      // It is still to be checked.
      expect(versionOf(await t.cache.lookup('shoes'))).toBe(expected);
      expect(t.fetches).toBe(3);
    },
  );

  test('one that replaces what is held while its check fails is served, and counts as checked', async () => {
    const t = setUp();
    t.store.set('shoes', program());
    await t.join();
    await t.cache.lookup('shoes');
    t.announce(program({ id: 'other' }), 9);
    t.told.length = 0;
    const held = t.hold();
    const looking = t.cache.lookup('shoes');
    await t.clock.advance(0);
    t.announce(program({ version: 2 }));
    held.fail();
    expect(versionOf(await looking)).toBe(2);
    expect(t.told).toEqual(['failed TIMEOUT']);
  });

  test('one that replaces what is past its TTL while its fetch fails is served unflagged', async () => {
    const t = setUp({ ttlMs: 100_000 });
    t.store.set('shoes', program());
    await t.join();
    await t.cache.lookup('shoes');
    await t.clock.advance(100_000);
    const held = t.hold();
    const looking = t.cache.lookup('shoes');
    await t.clock.advance(0);
    t.announce(program({ version: 2 }));
    held.fail();
    expect(await looking).toMatchObject({ kind: 'known', unverified: false, program: { version: 2 } });
  });

  test('one for an unknown id leaves nothing of its absence, also where it is pushed out', async () => {
    const t = setUp({ entriesMax: 1 });
    await t.join();
    await t.cache.lookup('shoes');
    t.announce(program());
    expect(t.cache.stats()).toMatchObject({ entries: 1, negativeEntries: 0 });
    t.store.set('other', program({ id: 'other' }));
    await t.cache.lookup('other');
    expect(versionOf(await t.cache.lookup('shoes'))).toBe(1);
  });

  test('a store that went back to an older version does not bring it back here', async () => {
    const t = setUp();
    t.store.set('shoes', program({ version: 5 }));
    await t.join();
    await t.cache.lookup('shoes');
    t.store.set('shoes', program({ version: 3 }));
    t.announce(program({ id: 'other' }), 9);
    expect(versionOf(await t.cache.lookup('shoes'))).toBe(5);
    expect(t.told).toContain('stale fetch');
  });
});

test('clear forgets everything', async () => {
  const t = setUp();
  t.store.set('shoes', program());
  await t.join();
  await t.cache.lookup('shoes');
  await t.cache.lookup('nobody');
  t.cache.clear();
  expect(t.cache.stats()).toMatchObject({ entries: 0, negativeEntries: 0 });
  expect(t.cache.lookup('shoes')).toBeInstanceOf(Promise);
});
