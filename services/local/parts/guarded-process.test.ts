import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { until } from '../../../test/helpers/until.ts';
import { type GuardedProcess, startGuarded } from './guarded-process.ts';

/** A program of the shell's under the guard, once it has said that it is up. */
async function startProgram(script: string): Promise<GuardedProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'trackline-guarded-'));
  const log = join(folder, 'program.log');
  const program = startGuarded(['/bin/sh', '-c', script], log);
  onTestFinished(() => rmSync(folder, { recursive: true }));
  await until('the program to be up', () => readIfThere(log).includes('up'));
  return program;
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

test('a program is told to end, and may end in its own way', async () => {
  const program = await startProgram('trap "exit 7" TERM; echo up; while :; do sleep 0.05; done');
  await program.stop();
  expect(await program.ended).toBe(7);
});

test('a program that does not heed it is killed, when patience is over', async () => {
  // It ends by itself should nobody kill it, long after this test has failed.
  const program = await startProgram('trap "" TERM; echo up; exec sleep 30');
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const stopped = program.stop();
  await vi.advanceTimersByTimeAsync(10_000);
  await stopped;
  expect(await program.ended).toBeNull();
});
