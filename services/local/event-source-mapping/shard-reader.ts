import type { KinesisStreamRecord } from 'aws-lambda';

export interface Shard {
  readonly shardId: string;
  /** Of which shards it was made, by a split or a merge. They may have left the stream since. */
  readonly parents: readonly string[];
  /** It takes no more records: it was split or merged. */
  readonly closed: boolean;
}

/** What one read found. `ended`: the shard is closed, and holds nothing behind these records. */
export interface ShardRead {
  readonly records: readonly KinesisStreamRecord[];
  readonly ended: boolean;
}

/** The port through which a mapping reads its stream. */
export interface ShardReader {
  /** All shards that the stream still keeps, closed ones too. */
  shards(): Promise<readonly Shard[]>;
  /**
   * Up to `limit` records of one shard, in order, from just after `after` (null: from the shard's oldest), in
   * the shape in which Lambda gets them.
   */
  read(shardId: string, after: string | null, limit: number): Promise<ShardRead>;
  close(): Promise<void>;
}
