import type { Program } from '@trackline/domain/program';
import { beforeEach, describe, expect, test } from 'vitest';
import { MemoryParts, whileTimePasses } from '../../../test/helpers/cli-parts.ts';
import { FakeClock } from '../../../test/helpers/fake-clock.ts';
import { Failure } from '../failure.ts';
import { programGet } from './program-get.ts';
import { programList } from './program-list.ts';
import { programRebuild } from './program-rebuild.ts';

const program = (id: string, version: number, more: Partial<Program> = {}): Program => ({
  deleted: false,
  id,
  version,
  name: id,
  status: 'active',
  validFromMs: null,
  validUntilMs: Date.UTC(2030, 0, 1),
  landingUrl: 'https://shop.example/',
  deepLinkHosts: [],
  signingKeyIds: [],
  ...more,
});
const tombstone = (id: string, version: number) => ({ deleted: true, id, version }) as const;

let parts: MemoryParts;
let clock: FakeClock;
beforeEach(() => {
  parts = new MemoryParts();
  clock = new FakeClock();
});

const get = (history = false) => whileTimePasses(clock, programGet(parts.context(clock), 'a', { history }));

describe('get', () => {
  test('shows the newest version as it can be sent again, and that the store has it', async () => {
    parts.apply(program('a', 1));
    parts.apply(program('a', 2, { status: 'paused' }), Date.UTC(2026, 0, 31));
    const { json, text } = await get();
    expect(json).toEqual({
      program: {
        id: 'a',
        version: 2,
        name: 'a',
        status: 'paused',
        validUntil: '2030-01-01T00:00:00.000Z',
        landingUrl: 'https://shop.example/',
        deepLinkHosts: [],
        signingKeyIds: [],
      },
      storedAt: '2026-01-31T00:00:00.000Z',
      store: { kind: 'arrived' },
    });
    expect(text(Infinity)).toMatch(/^valid until +2030-01-01T00:00:00Z$/m);
    expect(text(Infinity)).toMatch(/^program store +has it$/m);
  });

  test.each([
    ['an older version', () => parts.store.set('a', program('a', 1)), { kind: 'older', version: 1 }],
    ['another content', () => parts.store.set('a', program('a', 2, { name: 'x' })), { kind: 'conflict' }],
    ['a newer version', () => parts.store.set('a', program('a', 3)), { kind: 'newer', version: 3 }],
    ['nothing', () => parts.store.clear(), { kind: 'absent' }],
    [
      'no generation',
      () => {
        parts.generation = null;
      },
      { kind: 'not_built' },
    ],
  ])('says so where the store has %s', async (_, change, store) => {
    parts.apply(program('a', 2));
    change();
    expect((await get()).json).toMatchObject({ store });
  });

  test('does not need Redis', async () => {
    parts.apply(program('a', 2));
    const context = parts.context(clock);
    const programStoreReader = async () => {
      throw new Failure('REDIS_URL is not set');
    };
    const answer = await programGet({ ...context, parts: { ...context.parts, programStoreReader } }, 'a', {
      history: false,
    });
    expect(answer.json).toMatchObject({ store: { kind: 'unasked', why: 'REDIS_URL is not set' } });
  });

  test('shows every version, newest first, deletions among them', async () => {
    parts.apply(program('a', 1));
    parts.apply(tombstone('a', 2));
    const { json, text } = await get(true);
    expect(json).toMatchObject({
      versions: [{ program: { version: 2, deleted: true } }, { program: { version: 1 } }],
    });
    expect(text(Infinity)).toMatch(/^a +2 +deleted/m);
    expect((await get()).text(Infinity)).toMatch(/^status +deleted$/m);
  });

  test('of an unknown program is an error', async () => {
    await expect(get()).rejects.toThrow(/There is no program a/);
  });
});

describe('list', () => {
  test('shows every program by id, deleted ones where asked', async () => {
    for (const id of ['b', 'a', 'c']) parts.apply(program(id, 1));
    parts.apply(tombstone('c', 2));
    const ids = async (deleted: boolean) =>
      (
        (await programList(parts.context(clock), { deleted })).json as {
          programs: { program: { id: string } }[];
        }
      ).programs.map((each) => each.program.id);
    expect(await ids(false)).toEqual(['a', 'b']);
    expect(await ids(true)).toEqual(['a', 'b', 'c']);
    expect((await programList(parts.context(clock), { deleted: false })).text(Infinity)).toMatch(
      /^a +1 +active +a +–/m,
    );
  });

  test('says that there are none', async () => {
    expect((await programList(parts.context(clock), { deleted: true })).text(Infinity)).toBe(
      'There are no programs.',
    );
  });
});

describe('rebuild', () => {
  const rebuild = (force = false) => programRebuild(parts.context(clock), () => 'g2', { force });

  test('fills a store without a generation from the table', async () => {
    parts.apply(program('a', 1));
    parts.apply(tombstone('b', 2));
    parts.store.clear();
    parts.generation = null;
    expect((await rebuild()).json).toMatchObject({ rebuilt: true, programs: 2, emptied: false });
    expect([...parts.store.keys()]).toEqual(['a', 'b']);
    expect(parts.generation).toBe('g2');
  });

  test('leaves a built store alone, unless forced', async () => {
    parts.apply(program('a', 1));
    parts.store.clear();
    expect((await rebuild()).text(Infinity)).toMatch(/built already.*--force/);
    expect(parts.store.size).toBe(0);
    expect(await rebuild(true)).toMatchObject({ json: { rebuilt: true, programs: 1 }, finding: undefined });
    expect(parts.generation).toBe('g1');
  });

  test.each([
    [false, 'holds what the program table does not know (programs with another content: 1). With'],
    [true, 'held what the program table does not know (programs with another content: 1). They'],
  ])('a store that disagrees with the table is a finding (force: %s)', async (force, words) => {
    parts.apply(program('a', 1));
    if (!force) parts.generation = null;
    const context = parts.context(clock);
    const store = { ...(await context.parts.programStoreWriter()), apply: async () => 'conflict' as const };
    const found = { ...context, parts: { ...context.parts, programStoreWriter: async () => store } };
    const answer = await programRebuild(found, () => 'g2', { force });
    expect(answer.json).toMatchObject({ rebuilt: true, programs: 1, conflicts: 1, older: 0 });
    expect(answer.finding).toContain(words);
  });

  test('a store that was emptied meanwhile is a finding', async () => {
    parts.generation = null;
    const context = parts.context(clock);
    const store = { ...(await context.parts.programStoreWriter()), seal: async () => false };
    const found = { ...context, parts: { ...context.parts, programStoreWriter: async () => store } };
    const answer = await programRebuild(found, () => 'g2', { force: false });
    expect(answer).toMatchObject({ json: { rebuilt: false, emptied: true } });
    expect(answer.finding).toContain('emptied while it was loaded');
    expect(answer.text(Infinity)).toBe('The program store is not built.');
  });
});
