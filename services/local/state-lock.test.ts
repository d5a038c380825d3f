import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@trackline/domain/clock';
import { expect, onTestFinished, test } from 'vitest';
import { until } from '../../test/helpers/until.ts';
import { lockState, type StateLock } from './state-lock.ts';

function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'trackline-lock-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const lock = (folder: string, said: string[] = []) =>
  lockState(folder, { clock: systemClock, say: (line) => said.push(line) });

/**
 * A process that waits for a line, takes the folder, tells how that went, and keeps it until it is killed.
 */
async function contender(folder: string): Promise<ChildProcess & { take(): Promise<string> }> {
  const code = `
    const { lockState } = await import(${JSON.stringify(join(import.meta.dirname, 'state-lock.ts'))});
    const { systemClock: clock } = await import('@trackline/domain/clock');
    process.stdin.once('data', () =>
      lockState(${JSON.stringify(folder)}, { clock, say: () => {} }).then(
        () => process.stdout.write('taken'),
        (error) => process.stdout.write(error.message),
      ),
    );
    process.stdout.write('ready');`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], {
    cwd: import.meta.dirname,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const said = async () => String((await once(child.stdout!, 'data'))[0]);
  expect(await said()).toBe('ready');
  return Object.assign(child, {
    take: () => {
      child.stdin!.write('\n');
      return said();
    },
  });
}

test('one at a time, however close they come, and again when it is given free', async () => {
  const folder = aFolder();
  const tries = await Promise.allSettled([lock(folder), lock(folder), lock(folder)]);
  expect(tries.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected', 'rejected']);
  await expect(lock(folder)).rejects.toThrow('--state DIR');
  for (const each of tries) if (each.status === 'fulfilled') each.value.free();
  (await lock(folder)).free();
});

test('another way to the same folder leads to the same lock', async () => {
  const folder = aFolder();
  const way = join(aFolder(), 'way');
  symlinkSync(folder, way);
  const held = await lock(folder);
  await expect(lock(way)).rejects.toThrow('Another stack runs');
  held.free();
  (await lock(way)).free();
});

test('what a killed process left is no lock, and of those who want it then, one gets it', async () => {
  const folder = aFolder();
  const [owner, ...heirs] = await Promise.all(Array.from({ length: 4 }, () => contender(folder)));
  expect(await owner!.take()).toBe('taken');
  await expect(lock(folder)).rejects.toThrow('Another stack runs');
  owner!.kill('SIGKILL');
  await once(owner!, 'exit');
  const said = await Promise.all(heirs.map((heir) => heir.take()));
  expect(said.filter((word) => word === 'taken')).toHaveLength(1);
  expect(said.filter((word) => word.startsWith('Another stack runs'))).toHaveLength(2);
});

/** A tracker that drains after its stack was killed: the lock is in the file that it inherited. */
async function leaveTracker({ trackersFile, free }: StateLock): Promise<ChildProcess> {
  const tracker = spawn('sleep', ['600'], { stdio: ['ignore', 'ignore', 'ignore', trackersFile] });
  onTestFinished(() => void tracker.kill('SIGKILL'));
  await once(tracker, 'spawn');
  free();
  return tracker;
}

test('the next one waits for the trackers that a killed one left, and says so', async () => {
  const folder = aFolder();
  const first = await lock(folder);
  const tracker = await leaveTracker(first);
  const said: string[] = [];
  let taken = false;
  const second = lock(folder, said).then((held) => {
    taken = true;
    return held;
  });
  await until('it to say so', () => said.length > 0);
  expect(said.join()).toContain('still drain');
  expect(taken).toBe(false);
  await expect(lock(folder)).rejects.toThrow('Another stack runs');
  tracker.kill('SIGKILL');
  (await second).free();
  expect(said).toHaveLength(1);
});

test('trackers that do not end are told, and nothing is kept', async () => {
  const folder = aFolder();
  const first = await lock(folder);
  const tracker = await leaveTracker(first);
  // A clock on which every look is a minute later.
  let minutes = 0;
  const clock = { ...systemClock, monotonicMs: () => 60_000 * minutes++ };
  await expect(lockState(folder, { clock, say: () => {} })).rejects.toThrow('have not ended in 30 s');
  const exited = once(tracker, 'exit');
  tracker.kill('SIGKILL');
  await exited;
  (await lock(folder)).free();
});
