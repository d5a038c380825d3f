import { randomFillSync } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { loadKeyring } from '@trackline/adapters/keyring/keyring.file';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { localKeyId, openKeyring } from './local-keyring.ts';

let state: string;
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'trackline-state-'));
});
afterEach(() => rmSync(state, { recursive: true }));

const open = (environment = {}) => openKeyring(state, environment, (target) => randomFillSync(target));

test('makes one key, for nobody else to read, and keeps it', () => {
  const file = open()!;
  expect(file).toBe(join(state, 'keyring.json'));
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const { keyring, problems } = loadKeyring({ file });
  expect(problems).toEqual([]);
  expect(keyring.key(localKeyId)).toHaveLength(32);
  const text = readFileSync(file, 'utf8');
  expect(open()).toBe(file);
  expect(readFileSync(file, 'utf8')).toBe(text);
});

test('makes another in another state', () => {
  const text = readFileSync(open()!, 'utf8');
  rmSync(join(state, 'keyring.json'));
  expect(readFileSync(open()!, 'utf8')).not.toBe(text);
});

test.each([
  ['a file', { TRACKLINE_KEYRING_FILE: 'keys.json' }, resolve('keys.json')],
  ['a text', { TRACKLINE_KEYRING: '{}' }, null],
])('makes none where the environment names %s', (_, environment, file) => {
  expect(open(environment)).toBe(file);
  expect(existsSync(join(state, 'keyring.json'))).toBe(false);
});

test('takes an empty variable for none', () => {
  expect(open({ TRACKLINE_KEYRING_FILE: '', TRACKLINE_KEYRING: '' })).toBe(join(state, 'keyring.json'));
});
