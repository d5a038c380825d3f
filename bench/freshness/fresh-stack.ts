import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Program } from '@trackline/domain/program';
import { formatUpdate } from '@trackline/proto/core-data-update';
import { program } from '../../test/helpers/programs.ts';
import { type RunningStack, startStack, stateFolder } from '../../test/helpers/stack.ts';
import { DecideCalls } from './decide-call.ts';

/** The embedded stack as `npm start` runs it, with active programs of which its tracker holds each in memory. */
export interface FreshStack {
  readonly stack: RunningStack['file'];
  readonly programs: readonly Program[];
  readonly calls: DecideCalls;
  stop(): Promise<void>;
}

/** @throws Error with what the stack said, where it does not start */
export async function startFreshStack(
  programCount: number,
  dynamodb: 'auto' | 'dynalite',
): Promise<FreshStack> {
  const state = stateFolder();
  const programs = Array.from({ length: programCount }, (_, index) => program({ id: `fresh-${index + 1}` }));
  const programsFile = join(state.path, 'programs.json');
  writeFileSync(programsFile, `[${programs.map(formatUpdate).join(',')}]`);
  const options = ['--programs', programsFile, '--dynamodb', dynamodb];
  const stack = await startStack(state.path, options).catch((error: Error) => {
    state.remove();
    throw error;
  });
  const calls = new DecideCalls(stack.file.trackerUrl);
  const stop = async () => {
    calls.close();
    await stack.stop();
    state.remove();
  };
  try {
    for (const { id } of programs) {
      const { status } = await calls.decide(id);
      if (status !== 200) throw new Error(`The tracker does not know ${id}: it answers ${status}.`);
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { stack: stack.file, programs, calls, stop };
}
