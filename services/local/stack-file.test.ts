import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type StackFile, writeStackFile } from './stack-file.ts';

test('is for nobody else to read, since a Redis may come with its password', () => {
  const state = mkdtempSync(join(tmpdir(), 'trackline-state-'));
  onTestFinished(() => rmSync(state, { recursive: true }));
  const file = join(state, 'stack.json');
  writeFileSync(file, '{}', { mode: 0o644 });
  const stack = { redisUrl: 'redis://tracker:secret@redis.example' } as StackFile;
  writeStackFile(state, stack);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(stack);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});
