import { CreateStreamCommand, DescribeStreamSummaryCommand, KinesisClient } from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { type AwsTarget, clientOptions } from '@trackline/adapters/aws/client-options';
import { waitFor } from './wait-for.ts';

/** A client for kinesalite, which speaks HTTP/1.1 only. */
export function kinesisClient(target: AwsTarget): KinesisClient {
  return new KinesisClient({ ...clientOptions(target), requestHandler: new NodeHttpHandler() });
}

/** Creates the streams that are not there yet, and waits until they can be used. */
export async function createStreams(
  target: AwsTarget,
  shardsByStream: Readonly<Record<string, number>>,
): Promise<void> {
  const client = kinesisClient(target);
  try {
    for (const [StreamName, ShardCount] of Object.entries(shardsByStream)) {
      await client.send(new CreateStreamCommand({ StreamName, ShardCount })).catch((error: Error) => {
        if (error.name !== 'ResourceInUseException') throw error;
      });
      await waitFor(`the stream ${StreamName}`, async () => {
        const { StreamDescriptionSummary } = await client.send(
          new DescribeStreamSummaryCommand({ StreamName }),
        );
        return StreamDescriptionSummary?.StreamStatus === 'ACTIVE';
      });
    }
  } finally {
    client.destroy();
  }
}
