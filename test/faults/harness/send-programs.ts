import { connectKinesisEventStream } from '@trackline/adapters/event-stream/event-stream.kinesis';
import { sendUpdates } from '@trackline/adapters/event-stream/send-updates';
import { systemClock as clock, type Random } from '@trackline/domain/clock';
import type { ProgramVersion } from '@trackline/domain/program';
import type { ConsumersPlace } from './consumers.ts';

const requestTimeoutMs = 5_000;
const giveUpAfterMs = 10_000;

/**
 * Puts versions of programs onto the core-data stream, as any business system would.
 *
 * @throws Error where the stream did not take them
 */
export async function sendPrograms(
  { region, kinesisEndpoint: endpoint, coreDataStream: streamName }: ConsumersPlace,
  programs: readonly ProgramVersion[],
  random: Random,
): Promise<void> {
  const stream = connectKinesisEventStream({ region, endpoint, streamName, requestTimeoutMs });
  try {
    const errors = await sendUpdates(programs, { stream, clock, random, giveUpAfterMs });
    const failed = errors.find((error) => error !== null);
    if (failed) throw new Error(`The core-data stream did not take the programs: ${failed}`);
  } finally {
    await stream.close();
  }
}
