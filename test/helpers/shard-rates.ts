import { createHash } from 'node:crypto';

export interface ShardRate {
  readonly bytesPerSecond: number;
  readonly recordsPerSecond: number;
}

/** What a shard takes in a second ("Quotas and limits", Amazon Kinesis Data Streams Developer Guide). */
export const shardRate: ShardRate = Object.freeze({ bytesPerSecond: 1024 * 1024, recordsPerSecond: 1_000 });

export interface PlacedRecord {
  readonly partitionKey: string;
  /** Decimal; decides the shard in place of the partition key's hash. */
  readonly explicitHashKey?: string | undefined;
  /** Of the data alone: the key is added. */
  readonly dataBytes: number;
}

/** The rates of a stream's shards, which share the hash keys evenly: each takes what a second holds, and no more. */
export class ShardRates {
  readonly #nowMs: () => number;
  readonly #rate: ShardRate;
  readonly #shards: { bytes: number; records: number; atMs: number }[];

  /** @param nowMs monotonic */
  constructor(shards: number, nowMs: () => number, rate: ShardRate = shardRate) {
    this.#nowMs = nowMs;
    this.#rate = rate;
    this.#shards = Array.from({ length: shards }, () => ({
      bytes: rate.bytesPerSecond,
      records: rate.recordsPerSecond,
      atMs: nowMs(),
    }));
  }

  shardOf({ partitionKey, explicitHashKey }: PlacedRecord): number {
    const hash = BigInt(explicitHashKey ?? `0x${createHash('md5').update(partitionKey).digest('hex')}`);
    return Number((hash * BigInt(this.#shards.length)) >> 128n);
  }

  /** Whether its shard takes the record now; it counts only if so. */
  admits(record: PlacedRecord): boolean {
    const shard = this.#shards[this.shardOf(record)]!;
    const { bytesPerSecond, recordsPerSecond } = this.#rate;
    const seconds = (this.#nowMs() - shard.atMs) / 1000;
    shard.atMs = this.#nowMs();
    shard.bytes = Math.min(bytesPerSecond, shard.bytes + seconds * bytesPerSecond);
    shard.records = Math.min(recordsPerSecond, shard.records + seconds * recordsPerSecond);
    const bytes = record.dataBytes + Buffer.byteLength(record.partitionKey);
    if (shard.bytes < bytes || shard.records < 1) return false;
    shard.bytes -= bytes;
    shard.records -= 1;
    return true;
  }
}
