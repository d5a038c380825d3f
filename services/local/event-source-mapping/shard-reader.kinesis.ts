import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  type Shard as KinesisShard,
  ListShardsCommand,
  type ListShardsCommandInput,
  type ListShardsCommandOutput,
} from '@aws-sdk/client-kinesis';
import type { AwsTarget } from '@trackline/adapters/aws/client-options';
import type { KinesisStreamRecord } from 'aws-lambda';
import { kinesisClient } from '../parts/streams.kinesis.ts';
import type { Shard, ShardReader } from './shard-reader.ts';

interface Position {
  readonly after: string | null;
  readonly iterator: string;
}

/**
 * Reads a stream by GetRecords. A shard's iterator goes on where its last read ended; any other place, or an
 * iterator that expired, makes a new one.
 */
export function connectShardReader(target: AwsTarget & { readonly streamName: string }): ShardReader {
  const { streamName: StreamName, region } = target;
  const client = kinesisClient(target);
  const positions = new Map<string, Position>();

  async function iteratorAfter(shardId: string, after: string | null): Promise<string> {
    const position = positions.get(shardId);
    if (position && position.after === after) return position.iterator;
    const { ShardIterator } = await client.send(
      new GetShardIteratorCommand({
        StreamName,
        ShardId: shardId,
        ...(after === null
          ? { ShardIteratorType: 'TRIM_HORIZON' }
          : { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', StartingSequenceNumber: after }),
      }),
    );
    return ShardIterator!;
  }

  return {
    async shards() {
      const shards: Shard[] = [];
      // A page's token names the stream by itself.
      let page: ListShardsCommandInput | null = { StreamName };
      while (page !== null) {
        const { Shards = [], NextToken }: ListShardsCommandOutput = await client.send(
          new ListShardsCommand(page),
        );
        shards.push(...Shards.map(shardOf));
        page = NextToken ? { NextToken } : null;
      }
      return shards;
    },
    async read(shardId, after, limit) {
      const iterator = await iteratorAfter(shardId, after);
      // Whatever goes wrong from here on, the next read begins with a fresh iterator.
      positions.delete(shardId);
      const { Records = [], NextShardIterator } = await client.send(
        new GetRecordsCommand({ ShardIterator: iterator, Limit: limit }),
      );
      const last = Records.at(-1)?.SequenceNumber ?? after;
      if (NextShardIterator) positions.set(shardId, { after: last, iterator: NextShardIterator });
      const records = Records.map(
        (record): KinesisStreamRecord => ({
          awsRegion: region,
          eventID: `${shardId}:${record.SequenceNumber}`,
          eventName: 'aws:kinesis:record',
          eventSource: 'aws:kinesis',
          eventSourceARN: `arn:aws:kinesis:${region}:000000000000:stream/${StreamName}`,
          eventVersion: '1.0',
          invokeIdentityArn: 'arn:aws:iam::000000000000:role/local',
          kinesis: {
            kinesisSchemaVersion: '1.0',
            partitionKey: record.PartitionKey!,
            sequenceNumber: record.SequenceNumber!,
            data: Buffer.from(record.Data!).toString('base64'),
            approximateArrivalTimestamp: record.ApproximateArrivalTimestamp!.getTime() / 1000,
          },
        }),
      );
      // "If set to null, the shard has been closed and the requested iterator does not return any more data."
      return { records, ended: !NextShardIterator };
    },
    async close() {
      client.destroy();
    },
  };
}

function shardOf(shard: KinesisShard): Shard {
  const { ShardId, ParentShardId, AdjacentParentShardId, SequenceNumberRange } = shard;
  return {
    shardId: ShardId!,
    parents: [ParentShardId, AdjacentParentShardId].filter((parent) => parent !== undefined),
    closed: SequenceNumberRange?.EndingSequenceNumber !== undefined,
  };
}
