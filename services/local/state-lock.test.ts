import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { lockState } from './state-lock.ts';

const aFolder = () => join(tmpdir(), randomUUID());

test('one at a time, however close they come', async () => {
  const folder = aFolder();
  const tries = await Promise.allSettled([lockState(folder), lockState(folder), lockState(folder)]);
  expect(tries.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected', 'rejected']);
  await expect(lockState(folder)).rejects.toThrow('--state DIR');
  for (const each of tries) if (each.status === 'fulfilled') each.value();
  (await lockState(folder))();
});

test('what a killed process left is no lock', async () => {
  const folder = aFolder();
  const module = fileURLToPath(new URL('./state-lock.ts', import.meta.url));
  const code = `const { lockState } = await import(${JSON.stringify(module)}); await lockState(${JSON.stringify(folder)}); process.kill(process.pid, 'SIGKILL');`;
  const { signal } = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code]);
  expect(signal).toBe('SIGKILL');
  (await lockState(folder))();
});
