import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Refusal } from '../refusal.ts';
import { openCheckpoints } from './checkpoints.ts';

function checkpointFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'trackline-checkpoints-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'sub', 'checkpoints.json');
}

test('what was set is there when they are opened again', async () => {
  const file = checkpointFile();
  const checkpoints = await openCheckpoints(file);
  expect(checkpoints.get('s1')).toBeNull();
  await Promise.all([checkpoints.set('s1', '1'), checkpoints.set('s2', '7'), checkpoints.set('s1', '2')]);
  const again = await openCheckpoints(file);
  expect([again.get('s1'), again.get('s2'), again.get('s3')]).toEqual(['2', '7', null]);
});

test('a write that failed is told, and the next one writes all', async () => {
  const file = checkpointFile();
  const checkpoints = await openCheckpoints(file);
  // A folder in the place of the new file: it can't be written.
  mkdirSync(`${file}.new`);
  await expect(checkpoints.set('s1', '1')).rejects.toThrow('EISDIR');
  rmSync(`${file}.new`, { recursive: true });
  await checkpoints.set('s2', '2');
  const again = await openCheckpoints(file);
  expect([again.get('s1'), again.get('s2')]).toEqual(['1', '2']);
});

test.each(['', '{"shardId-000000000000":"4957', 'null', '[]', '"7"', '{"s1":7}', '{"s1":"x"}'])(
  'a file that holds no checkpoints is refused by its name, with the way out: %j',
  async (text) => {
    const file = checkpointFile();
    await (await openCheckpoints(file)).set('s1', '1');
    writeFileSync(file, text);
    const opening = openCheckpoints(file);
    await expect(opening).rejects.toBeInstanceOf(Refusal);
    await expect(opening).rejects.toThrow(`${file} holds no checkpoints. Remove it`);
  },
);
