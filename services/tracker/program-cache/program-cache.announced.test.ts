import type { ProgramLookup } from '@trackline/domain/decide';
import { describe, expect, test } from 'vitest';
import {
  holding,
  playedProgramCache as setUp,
  versionOf,
} from '../../../test/helpers/played-program-cache.ts';
import { program, tombstone } from '../../../test/helpers/programs.ts';

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
    const t = await holding(program({ version: 5 }));
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
      const t = await holding(newer);
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
    const t = await holding(program());
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
    const t = await holding(program(), { ttlMs: 100_000 });
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
    const t = await holding(program({ version: 5 }));
    t.store.set('shoes', program({ version: 3 }));
    t.announce(program({ id: 'other' }), 9);
    expect(versionOf(await t.cache.lookup('shoes'))).toBe(5);
    expect(t.told).toContain('stale fetch');
  });
});
