/**
 * The port of a stream that takes records: the event stream for the tracker, the core-data stream for
 * business systems and the CLI.
 */
export interface EventStream {
  /**
   * Puts up to 500 records, up to 5 MiB together with their keys. Never rejects: what became of each record
   * is told in its place, so that only failures go back. A call that fails whole fails each of its records. The
   * records' data is looked at until then, and no longer: it may be used for something else.
   */
  put(records: readonly StreamRecord[]): Promise<readonly PutOutcome[]>;
  /**
   * Ends the connections, once the calls under way are over: none takes longer than its time-out. Nothing is
   * put from then on.
   */
  close(): Promise<void>;
}

export interface StreamRecord {
  readonly data: Uint8Array;
  readonly partitionKey: string;
  /** A decimal number of 128 bits that decides the shard in place of the partition key's hash. */
  readonly explicitHashKey?: string;
}

export type PutOutcome =
  | { readonly ok: true; readonly shardId: string; readonly sequenceNumber: string }
  | {
      readonly ok: false;
      /** The stream's own error code, for logs and metrics. */
      readonly code: string;
      /** The shard is over its rate: another shard may take the record at once. */
      readonly throttled: boolean;
      /** Whether trying again can help; false for what needs a person (access, key, no such stream). */
      readonly retriable: boolean;
    };
