import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  ListShardsCommand,
} from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { StackFile } from '@trackline/local/stack-file';

/** Counts what is on the event stream, from its beginning, with the AWS SDK alone. */
export async function countStreamRecords(stack: StackFile): Promise<number> {
  const client = new KinesisClient({
    endpoint: stack.kinesisEndpoint,
    region: stack.region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    requestHandler: new NodeHttpHandler(),
  });
  try {
    const { Shards = [] } = await client.send(new ListShardsCommand({ StreamName: stack.eventStream }));
    let count = 0;
    for (const { ShardId } of Shards) {
      const start = await client.send(
        new GetShardIteratorCommand({
          StreamName: stack.eventStream,
          ShardId,
          ShardIteratorType: 'TRIM_HORIZON',
        }),
      );
      let iterator = start.ShardIterator;
      // An empty answer is the end: what is put while we count (a statement, every ten seconds) may count or
      // not.
      while (iterator) {
        const page = await client.send(new GetRecordsCommand({ ShardIterator: iterator }));
        if (!page.Records?.length) break;
        count += page.Records.length;
        iterator = page.NextShardIterator;
      }
    }
    return count;
  } finally {
    client.destroy();
  }
}
