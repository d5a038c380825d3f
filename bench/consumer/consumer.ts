import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type ColdStarts, coldStarts } from './cold-start.ts';
import { cpuPerEvent } from './cpu-per-event.ts';
import { type RawBatchWrite, rawBatchWrite } from './raw-batch-write.ts';
import { type StreamCost, streamCost } from './stream-cost.ts';

export interface Settings {
  /** Where programs are bundled to. */
  readonly folder: string;
  /** Fewer rounds: under 20 s for each measurement. */
  readonly quick: boolean;
  /** auto: DynamoDB Local, in memory, where Java is. */
  readonly dynamodb: 'auto' | 'dynalite';
}

/** What a bench gives its sections. */
export interface Surroundings {
  readonly folder: string;
  readonly say: (line: string) => void;
}

export interface ConsumerFigures extends Omit<RawBatchWrite, 'vsRaw'> {
  readonly cpuPerEventUs: number;
  readonly leastCpuPerEventUs: number;
  readonly vsRawBatchWrite: number;
}

/** What the event-consumer costs, and how near it comes to what DynamoDB can take. */
export async function measureConsumer(
  bench: Surroundings,
  more: Partial<Settings> = {},
): Promise<ConsumerFigures> {
  const settings = await settingsOf(bench, more);
  bench.say('consumer: CPU of an event');
  const { medianUs, leastUs } = await cpuPerEvent(settings);
  bench.say('consumer: beside plain calls of BatchWriteItem');
  const { vsRaw, ...rates } = await rawBatchWrite(settings);
  return { cpuPerEventUs: medianUs, leastCpuPerEventUs: leastUs, vsRawBatchWrite: vsRaw, ...rates };
}

/** What events take of the stream: nothing but counted. */
export async function measureStream(): Promise<StreamCost> {
  return streamCost();
}

/** How both Lambdas begin. */
export async function measureColdStart(
  bench: Surroundings,
  more: Partial<Settings> = {},
): Promise<ColdStarts> {
  return coldStarts(await settingsOf(bench, more));
}

async function settingsOf({ folder }: Surroundings, more: Partial<Settings>): Promise<Settings> {
  const own = join(folder, 'consumer');
  await mkdir(own, { recursive: true });
  return { quick: false, dynamodb: 'auto', ...more, folder: own };
}
