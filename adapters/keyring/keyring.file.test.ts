import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { loadKeyring } from './keyring.file.ts';
import { keyringBytesMax } from './read-keyring.ts';

const folder = mkdtempSync(join(tmpdir(), 'trackline-keyring-'));
afterAll(() => rmSync(folder, { recursive: true }));

const text = JSON.stringify({ k1: Buffer.alloc(32, 1).toString('base64') });
function written(name: string, content: string): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

test('loads a file', () => {
  expect(loadKeyring({ file: written('good.json', text) }).keyring.key('k1')).toHaveLength(32);
});

test('loads a text', () => {
  expect(loadKeyring({ text }).keyring.key('k1')).toHaveLength(32);
});

test('is empty, and has no problem, where nothing is named', () => {
  const { keyring, problems } = loadKeyring({});
  expect([keyring.key('k1'), problems]).toEqual([null, []]);
});

test.each([
  ['both', { file: join(folder, 'good.json'), text }, /not both/],
  ['a file that is not there', { file: join(folder, 'none.json') }, /none\.json can't be read \(ENOENT\)/],
  ['a folder', { file: folder }, /is no file/],
  ['a device', { file: '/dev/zero' }, /is no file/],
  ['a file that is too large', { file: written('large.json', ' '.repeat(keyringBytesMax + 1)) }, /is larger/],
  ['a file that is no keyring', { file: written('bad.json', '[]') }, /one JSON object/],
])('tells of %s, and has no keys', (_, source, problem) => {
  const { keyring, problems } = loadKeyring(source);
  expect(problems).toEqual([expect.stringMatching(problem)]);
  expect(keyring.key('k1')).toBeNull();
});
