import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Program } from '@trackline/domain/program';
import { formatUpdate } from '@trackline/proto/core-data-update';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { MemoryParts, whileTimePasses } from '../../../test/helpers/cli-parts.ts';
import { FakeClock } from '../../../test/helpers/fake-clock.ts';
import type { Answer } from '../answer.ts';
import { Failure } from '../failure.ts';
import { programDelete } from './program-delete.ts';
import { programPut } from './program-put.ts';
import { programStatus } from './program-status.ts';

const folder = mkdtempSync(join(tmpdir(), 'trackline-put-'));
afterAll(() => rmSync(folder, { recursive: true }));

const program = (version: number, more: Partial<Program> = {}): Program => ({
  deleted: false,
  id: 'a',
  version,
  name: 'A',
  status: 'active',
  validFromMs: null,
  validUntilMs: 1_900_000_000_000,
  landingUrl: 'https://shop.example/',
  deepLinkHosts: ['shop.example'],
  signingKeyIds: ['k1'],
  ...more,
});
const tombstone = (version: number) => ({ deleted: true, id: 'a', version }) as const;
const options = { wait: true, timeoutMs: 1_000 };

let parts: MemoryParts;
let clock: FakeClock;
beforeEach(() => {
  parts = new MemoryParts();
  clock = new FakeClock();
});

const done = (answering: Promise<Answer>) => whileTimePasses(clock, answering);
const pause = (more = {}) =>
  done(programStatus(parts.context(clock), 'a', 'paused', { ...options, ...more }));
const remove = () => done(programDelete(parts.context(clock), 'a', options));
function put(content: unknown): Promise<Answer> {
  const file = join(folder, 'program.json');
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return done(programPut(parts.context(clock), file, options));
}
const json = (version: number, more: Partial<Program> = {}) =>
  JSON.parse(formatUpdate(program(version, more)));

describe('pause', () => {
  test('sends the next version, which differs in the status alone, and waits for the store', async () => {
    parts.apply(program(6));
    const { json, text } = await pause();
    expect(parts.newest('a')).toEqual(program(7, { status: 'paused' }));
    expect(json).toEqual({
      program: expect.objectContaining({ version: 7, status: 'paused' }),
      changed: true,
      arrived: true,
    });
    expect(text(Infinity)).toBe('a is paused: version 7 is in the program store.');
  });

  test('of a paused program sends nothing', async () => {
    parts.apply(program(6, { status: 'paused' }));
    expect((await pause()).json).toMatchObject({ changed: false });
    expect(parts.calls).toEqual([]);
  });

  test('of a paused program still sees to it that the store has it', async () => {
    parts.apply(program(6, { status: 'paused' }));
    parts.store.set('a', program(5));
    await expect(pause()).rejects.toThrow(
      /Version 6 of a is not in the program store after 1 s: it has version 5/,
    );
  });

  test('of an unknown or a deleted program says so', async () => {
    await expect(pause()).rejects.toThrow(/There is no program a\..*program list/);
    parts.apply(tombstone(3));
    await expect(pause()).rejects.toThrow(/was deleted \(version 3\).*program put/);
    expect(parts.calls).toEqual([]);
  });

  test('is not done until the store has it: an updater that does not run is told after the time-out', async () => {
    parts.apply(program(1));
    parts.onUpdate = () => {};
    await expect(pause()).rejects.toThrow(
      /not in the program store after 1 s: it has version 1.*core-data updater running/,
    );
    expect(clock.monotonicMs()).toBeGreaterThanOrEqual(1_000);
  });

  test('changes nothing where the store that it is to wait for is not known', async () => {
    const programStoreReader = async () => {
      throw new Failure('REDIS_URL is not set');
    };
    parts.apply(program(1));
    const context = parts.context(clock);
    const change = programStatus(
      { ...context, parts: { ...context.parts, programStoreReader } },
      'a',
      'paused',
      options,
    );
    await expect(change).rejects.toThrow('REDIS_URL is not set');
    expect(parts.calls).toEqual([]);
  });

  test('without waiting is done when the stream has it', async () => {
    parts.apply(program(1));
    parts.onUpdate = () => {};
    const { json, text } = await pause({ wait: false });
    expect(json).toMatchObject({ arrived: false });
    expect(text(Infinity)).toBe('a will be paused: version 2 is on the core-data stream.');
  });

  test('reports the conflict when somebody else’s content won the version', async () => {
    parts.apply(program(1));
    parts.onUpdate = () => parts.apply(program(2, { name: 'theirs' }));
    await expect(pause()).rejects.toThrow(/^Conflict: version 2 of a came from somebody else first/);
  });

  test('reports the conflict when somebody else’s versions overtook ours, which was dropped', async () => {
    parts.apply(program(1));
    parts.onUpdate = () => {
      parts.apply(program(2, { name: 'theirs' }));
      parts.apply(program(3, { name: 'theirs, too' }));
    };
    await expect(pause()).rejects.toThrow(/^Conflict: .* version is 3 now; version 2 was not taken/);
  });

  test('tells when ours was taken, and somebody else’s newer version rules by now', async () => {
    parts.apply(program(1));
    parts.onUpdate = (ours) => {
      parts.apply(ours);
      parts.apply(program(3, { name: 'theirs' }));
    };
    await expect(pause()).rejects.toThrow(/Version 2 of a was taken, but version 3 from somebody else/);
  });

  test('tells the stream’s code when it does not take the update', async () => {
    parts.apply(program(1));
    parts.onPut = () => ({ ok: false, code: 'AccessDenied', throttled: false, retriable: false });
    await expect(pause()).rejects.toThrow(/did not take the update \(AccessDenied\).*before you try again/);
  });
});

test('resume undoes pause', async () => {
  parts.apply(program(1));
  await pause();
  await done(programStatus(parts.context(clock), 'a', 'active', options));
  expect(parts.newest('a')).toEqual(program(3));
});

describe('delete', () => {
  test('sends a deletion as the next version', async () => {
    parts.apply(program(4));
    expect((await remove()).text(Infinity)).toBe('a is deleted: version 5 is in the program store.');
    expect(parts.newest('a')).toEqual(tombstone(5));
  });

  test('of a deleted program sends nothing; of an unknown one is a mistake', async () => {
    await expect(remove()).rejects.toThrow(/There is no program a/);
    parts.apply(tombstone(3));
    expect((await remove()).json).toMatchObject({ changed: false });
    expect(parts.calls).toEqual([]);
  });
});

describe('put', () => {
  const { version: _, ...withoutVersion } = json(1, { name: 'new' });

  test('makes the first version of a new program, or the one that the file gives', async () => {
    await put(withoutVersion);
    expect(parts.newest('a')).toEqual(program(1, { name: 'new' }));
    parts = new MemoryParts();
    await put(json(1_700_000_000_000));
    expect(parts.newest('a')?.version).toBe(1_700_000_000_000);
  });

  test('makes the next version where the file gives none, or the newest', async () => {
    parts.apply(program(6));
    await put(withoutVersion);
    expect(parts.newest('a')).toEqual(program(7, { name: 'new' }));
    await put(json(7, { name: 'newer' }));
    expect(parts.newest('a')).toEqual(program(8, { name: 'newer' }));
  });

  test('sends a newer version as it is', async () => {
    parts.apply(program(6));
    await put(json(20));
    expect(parts.newest('a')?.version).toBe(20);
  });

  test('sends nothing that is there already', async () => {
    parts.apply(program(6));
    expect((await put(json(6))).json).toMatchObject({ changed: false });
    expect(parts.calls).toEqual([]);
  });

  test('reports the conflict when the file is based on an older version', async () => {
    parts.apply(program(6));
    await expect(put(json(5, { name: 'late' }))).rejects.toThrow(
      /^Conflict: the file is based on version 5 of a, and the newest is 6/,
    );
    expect(parts.calls).toEqual([]);
  });

  test('brings a deleted program back', async () => {
    parts.apply(program(1));
    parts.apply(tombstone(2));
    await put(withoutVersion);
    expect(parts.newest('a')).toEqual(program(3, { name: 'new' }));
  });

  test('takes a deletion', async () => {
    parts.apply(program(1));
    await put({ id: 'a', deleted: true });
    expect(parts.newest('a')).toEqual(tombstone(2));
  });

  test.each([
    ['no JSON', '{', /update_not_json/],
    ['an array', '[]', /update_invalid/],
    ['no name', '{"id":"a","landingUrl":"https://x.example/"}', /update_invalid.*name/],
    ['a file that is too large', ' '.repeat(65 * 1024), /larger than 65536 bytes/],
  ])('refuses %s, and sends nothing', async (_, content, words) => {
    await expect(put(content)).rejects.toThrow(words);
    expect(parts.calls).toEqual([]);
  });
});
