import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Program } from '@trackline/domain/program';
import { formatUpdate } from '@trackline/proto/core-data-update';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { MemoryParts, whileTimePasses } from '../../../test/helpers/cli-parts.ts';
import { FakeClock } from '../../../test/helpers/fake-clock.ts';
import { program as anyProgram } from '../../../test/helpers/programs.ts';
import type { Answer } from '../answer.ts';
import type { Failure } from '../failure.ts';
import { programImport } from './program-import.ts';

const folder = mkdtempSync(join(tmpdir(), 'trackline-import-'));
const file = join(folder, 'programs.ndjson');
afterAll(() => rmSync(folder, { recursive: true }));

const program = (id: string, version: number, name = id) => anyProgram({ id, version, name });

let parts: MemoryParts;
beforeEach(() => {
  parts = new MemoryParts();
});

async function importPrograms(programs: readonly Program[], wait = true): Promise<Answer> {
  writeFileSync(file, programs.map(formatUpdate).join('\n'));
  const clock = new FakeClock();
  return whileTimePasses(clock, programImport(parts.context(clock), file, { wait, timeoutMs: 1_000 }));
}

const outcomes = ({ json }: Answer) =>
  (json as { entries: { outcome: string }[] }).entries.map(({ outcome }) => outcome);
const counts = ({ json }: Answer) => (json as { counts: Record<string, number> }).counts;

test('sends what is new, with the versions of the file, and tells what was there', async () => {
  parts.apply(program('same', 3));
  parts.apply(program('older', 9));
  const answer = await importPrograms([program('new', 5), program('same', 3), program('older', 8)]);
  expect(outcomes(answer)).toEqual(['stored', 'same', 'older']);
  expect(counts(answer)).toMatchObject({ stored: 1, same: 1, older: 1, conflict: 0 });
  expect(parts.calls.flat()).toHaveLength(1);
  expect(parts.newest('new')?.version).toBe(5);
  expect(answer.finding).toBeUndefined();
  expect(answer.text(Infinity)).toContain('1 stored, 1 same, 1 older.');
  expect(answer.text(Infinity)).toMatch(/line 3 +older +8 +older +version 9 exists/);
});

test('sends nothing when one entry is bad, and names each bad one', async () => {
  writeFileSync(file, `${formatUpdate(program('a', 1))}\n{"id":"b"}\n{`);
  const failure = await programImport(parts.context(new FakeClock()), file, {
    wait: true,
    timeoutMs: 1,
  }).catch((error: Failure) => error);
  expect(failure).toMatchObject({
    message: expect.stringMatching(/2 bad, nothing was sent/),
    details: [
      expect.stringMatching(/^line 2: version is missing; name is missing; landingUrl is missing/),
      expect.stringMatching(/^line 3: .* in JSON/),
    ],
  });
  expect(parts.calls).toEqual([]);
});

test('names a hundred bad entries, and counts the rest', async () => {
  writeFileSync(file, '{}\n'.repeat(250));
  const failure = await programImport(parts.context(new FakeClock()), file, {
    wait: true,
    timeoutMs: 1,
  }).catch((error: Failure) => error);
  expect((failure as Failure).details).toHaveLength(101);
  expect((failure as Failure).details.at(-1)).toBe('… and 150 more');
});

test('refuses a file without an update', async () => {
  await expect(importPrograms([])).rejects.toThrow(/holds no core-data update/);
});

test('takes several versions of one program, and waits for its newest', async () => {
  const answer = await importPrograms([program('a', 2), program('a', 1), program('a', 3)]);
  expect(outcomes(answer)).toEqual(['followed', 'followed', 'stored']);
  expect(answer.finding).toBeUndefined();
});

describe('fails, with the rest carried out, when', () => {
  test('the table has the version with another content', async () => {
    parts.apply(program('a', 1, 'theirs'));
    const answer = await importPrograms([program('a', 1, 'ours'), program('b', 1)]);
    expect(outcomes(answer)).toEqual(['conflict', 'stored']);
    expect(answer.finding).toBe('1 of 2 updates failed.');
  });

  test('somebody else wins the version on the way', async () => {
    parts.onUpdate = ({ id, version }) => parts.apply(program(id, version, 'theirs'));
    const answer = await importPrograms([program('a', 1)]);
    expect(outcomes(answer)).toEqual(['conflict']);
    expect(answer.text(Infinity)).toContain('came from somebody else first');
  });

  test('the stream does not take one', async () => {
    parts.onPut = ({ id }) =>
      id === 'a'
        ? { ok: false, code: 'KMSDisabledException', throttled: false, retriable: false }
        : { ok: true, shardId: 's', sequenceNumber: '1' };
    const answer = await importPrograms([program('a', 1), program('b', 1)]);
    expect(outcomes(answer)).toEqual(['not_sent', 'stored']);
    expect(answer.text(Infinity)).toContain('KMSDisabledException');
  });

  test('the store does not have one in time', async () => {
    parts.onUpdate = (update) => update.id === 'b' && parts.apply(update);
    const answer = await importPrograms([program('a', 1), program('b', 1)]);
    expect(outcomes(answer)).toEqual(['unseen', 'stored']);
    expect(answer.finding).toBe('1 of 2 updates failed.');
  });
});

test('without waiting everything is sent, and nothing is known yet', async () => {
  parts.onUpdate = () => {};
  const answer = await importPrograms([program('a', 1)], false);
  expect(outcomes(answer)).toEqual(['sent']);
  expect(answer.text(Infinity)).toBe('1 sent.');
});

test('shows how far it is', async () => {
  await importPrograms(Array.from({ length: 1_100 }, (_, index) => program(`p${index}`, 1)));
  expect(parts.progress).toContain('500 of 1,100 sent');
  expect(parts.progress.at(-1)).toBe('1,100 of 1,100 in the program store');
});
