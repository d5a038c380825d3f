/** The numbers of an event-source mapping, and what it tells of itself. */
export interface MappingSettings {
  readonly batchSize: number;
  /** How long a batch is gathered. 0: not at all. */
  readonly windowMs: number;
  readonly pollEveryMs: number;
  readonly bisectOnError: boolean;
  /** −1: for ever. */
  readonly retriesMax: number;
  /** −1: as long as the stream keeps it. */
  readonly recordAgeMaxMs: number;
  readonly invocationTimeoutMs: number;
  readonly retryBaseMs: number;
  readonly retryMaxMs: number;
}

export interface MappingTelemetry {
  invocationFailed(event: {
    readonly mapping: string;
    readonly shardId: string;
    readonly err: unknown;
  }): void;
  batchGivenUp(event: {
    readonly mapping: string;
    readonly shardId: string;
    readonly records: number;
    readonly condition: string;
  }): void;
  /** `shardId` is null where the stream's shards could not be listed. */
  pollFailed(event: {
    readonly mapping: string;
    readonly shardId: string | null;
    readonly err: unknown;
  }): void;
}
