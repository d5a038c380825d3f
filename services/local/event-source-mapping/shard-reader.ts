import type { KinesisStreamRecord } from 'aws-lambda';

/** The port through which a mapping reads its stream. */
export interface ShardReader {
  shards(): Promise<readonly string[]>;
  /**
   * Up to `limit` records of one shard, in order, from just after `after` (null: from the shard's oldest), in the shape in which Lambda gets them.
   */
  read(shardId: string, after: string | null, limit: number): Promise<readonly KinesisStreamRecord[]>;
  close(): Promise<void>;
}
