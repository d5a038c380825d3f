import type { ProgramLookup } from '@trackline/domain/decide';
import { describe, expect, test } from 'vitest';
import {
  holding,
  playedProgramCache as setUp,
  versionOf,
} from '../../../test/helpers/played-program-cache.ts';
import { program, tombstone } from '../../../test/helpers/programs.ts';

describe('what the store lost', () => {
  test.each(['lost', 'damaged'])('a program that is held and %s stays, with an alarm', async (how) => {
    const t = await holding(program({ version: 5 }));
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
    const t = await holding(program(), { ttlMs: 100_000 });
    t.store.delete('shoes');
    await t.clock.advance(100_000);
    expect(await t.cache.lookup('shoes')).toMatchObject({ kind: 'known', unverified: false });
    expect(t.told).toEqual(['stale fetch']);
  });

  test('and after the link was lost and joined again, while the store is the same', async () => {
    const t = await holding(program());
    t.link().onLost('gone');
    t.store.delete('shoes');
    await t.join();
    expect(versionOf(await t.cache.lookup('shoes'))).toBe(1);
    expect(t.told).toEqual(['stale fetch']);
  });

  test('an answer that was only late is no alarm', async () => {
    const t = await holding(program());
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
    const t = await holding(tombstone('shoes', 6));
    t.store.delete('shoes');
    t.announce(program({ id: 'other' }), 9);
    expect(await t.cache.lookup('shoes')).toEqual({ kind: 'unknown' });
    t.announceLate(program({ version: 5 }));
    expect(t.cache.lookup('shoes')).toEqual({ kind: 'unknown' });
  });

  test('a store that was built anew may know nothing of what is held', async () => {
    const t = await holding(program());
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
    const t = await holding(program());
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
