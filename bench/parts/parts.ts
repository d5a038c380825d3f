import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startRedis } from '@trackline/local/parts/redis';
import { ServerProcess } from '../processes/server-process.ts';
import { benchProgram, benchProgramIds, fillProgramStore } from './programs.ts';

/** What trackers work with, on the cores that are not theirs. */
export interface Parts {
  readonly redisUrl: string;
  readonly kinesisUrl: string;
  /** What they are, for a person. */
  readonly labels: readonly string[];
  stop(): Promise<void>;
}

/** Starts Redis, with the programs of the bench in it, and what takes the events in place of Kinesis. */
export async function startParts(folder: string, kinesisBundle: string): Promise<Parts> {
  const state = join(folder, 'parts');
  await rm(state, { recursive: true, force: true });
  await mkdir(state, { recursive: true });
  const [redis, kinesis] = await Promise.all([
    startRedis(state, { url: undefined, npmOnly: false }),
    startKinesisSink(kinesisBundle, state),
  ]);
  await fillProgramStore(redis.url, benchProgramIds.map(benchProgram));
  return {
    redisUrl: redis.url,
    kinesisUrl: kinesis.url,
    labels: [redis.label, 'a Kinesis that keeps nothing'],
    async stop() {
      await Promise.all([redis.stop(), kinesis.stop()]);
    },
  };
}

async function startKinesisSink(bundleFile: string, folder: string) {
  const sink = new ServerProcess({
    name: 'the Kinesis of the bench',
    command: [process.execPath, bundleFile],
    environment: {},
    logFile: join(folder, 'kinesis.log'),
  });
  const { url } = await sink.listening;
  return { url, stop: () => sink.stop() };
}
