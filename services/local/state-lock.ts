import { closeSync, openSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Clock } from '@trackline/domain/clock';
import { Refusal } from './refusal.ts';

/**
 * Makes sure that one stack at a time uses a state folder, by locks of the operating system on two files in
 * it. They end with the processes that hold them, however those end: nothing is left to be cleaned up after a
 * kill, and whichever way leads to the folder leads to its locks.
 *
 * - `stack.lock` is the stack's own.
 * - `trackers.lock` is the trackers': each inherits its file. A stack that is killed leaves trackers behind
 *   that drain, on their ports; the next one finds this lock taken until the last of them is gone.
 */
export interface StateLock {
  /** The open file for trackers to inherit. */
  readonly trackersFile: number;
  /** Gives the folder free; what trackers still hold they give free by ending. */
  free(): void;
}

interface Surroundings {
  readonly clock: Clock;
  readonly say: (line: string) => void;
}

/** A drain takes 20 s at most, unless told otherwise, and a last statement 2 s. */
const trackersTimeoutMs = 30_000;
const tryAgainMs = 50;

// By the file's open description, of which a process that inherits it holds a share: F_OFD_SETLK, or flock.
const { tryLock } = createRequire(import.meta.url)('fs-native-extensions') as {
  tryLock(file: number): boolean;
};

/**
 * Takes a state folder, and waits until an earlier stack's trackers have left it.
 *
 * @throws Refusal when another stack has it, or its trackers do not end
 */
export async function lockState(folder: string, { clock, say }: Surroundings): Promise<StateLock> {
  const stackFile = openSync(join(folder, 'stack.lock'), 'a+');
  if (!tryLock(stackFile)) {
    closeSync(stackFile);
    throw new Refusal(
      `Another stack runs on ${folder}. Stop it, or choose another folder: npm start -- --state DIR`,
    );
  }
  const trackersFile = openSync(join(folder, 'trackers.lock'), 'a+');
  const free = () => {
    closeSync(trackersFile);
    closeSync(stackFile);
  };
  const endMs = clock.monotonicMs() + trackersTimeoutMs;
  for (let waits = false; !tryLock(trackersFile); waits = true) {
    if (!waits) say('The trackers of a stack that was killed still drain: waiting for them to end …');
    if (clock.monotonicMs() >= endMs) {
      free();
      throw new Refusal(
        `The trackers of an earlier stack on ${folder} have not ended in ${trackersTimeoutMs / 1000} s. ` +
          'End them, or choose another folder: npm start -- --state DIR',
      );
    }
    // A timer that keeps the process alive: a Clock’s own do not, and nothing else does yet.
    await new Promise((resolve) => setTimeout(resolve, tryAgainMs));
  }
  return { trackersFile, free };
}
