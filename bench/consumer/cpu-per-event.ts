import { join } from 'node:path';
import type { Settings } from './consumer.ts';
import { bundleLambda } from './lambda-bundle.ts';
import { runProgram } from './run-program.ts';

/** CPU of one event in microseconds, all threads of the process together (garbage collection, too). */
export interface CpuPerEvent {
  /** The median of the rounds. */
  readonly medianUs: number;
  /** Of the round that was disturbed least. */
  readonly leastUs: number;
}

/**
 * What an event of the mixed scenario costs the consumer, from the record of Kinesis to requests that are ready to be
 * sent, and back to the answer; all but the SDK. As one file, as a Lambda is deployed: tsx would add a call for each
 * closure.
 */
export async function cpuPerEvent({ folder, quick }: Settings): Promise<CpuPerEvent> {
  const program = await bundleLambda(
    'bench/consumer/cpu-per-event.main.ts',
    join(folder, 'cpu-per-event.mjs'),
  );
  return runProgram<CpuPerEvent>(program.file, [quick ? '9' : '25', '3000']);
}
