import type { KinesisStreamRecord } from 'aws-lambda';

/**
 * Where a mapping leaves the batches that it gave up, payload and all ("Retain discarded batch records for a
 * Kinesis Data Streams event source in Lambda", AWS Lambda Developer Guide).
 */
export interface OnFailureDestination {
  put(batch: GivenUpBatch): Promise<void>;
  /** Every batch, newest first. */
  list(): AsyncIterable<ListedBatch>;
  get(key: string): Promise<ListedBatch | null>;
  /** Notes that a batch was put back onto its stream, so that it is open no more. */
  markReplayed(key: string, replayedAtMs: number): Promise<void>;
}

export interface GivenUpBatch {
  readonly mapping: string;
  readonly shardId: string;
  /** `RetryAttemptsExhausted` or `RecordAgeExceeded`. */
  readonly condition: string;
  readonly invokeCount: number;
  readonly atMs: number;
  readonly records: readonly KinesisStreamRecord[];
}

export interface ListedBatch extends GivenUpBatch {
  /** Its name in the destination, as S3 would have it. */
  readonly key: string;
  /** When it was last put back onto its stream; null: it was not, and is open. */
  readonly replayedAtMs: number | null;
}
