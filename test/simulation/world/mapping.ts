import { type SourceRecord, sourceRecords } from '@trackline/adapters/kinesis-records/kinesis-records';
import type { KinesisStreamRecord } from 'aws-lambda';
import type { Chance } from './chance.ts';
import { Process } from './process.ts';
import type { ShardRecord, Stream } from './stream.ts';
import type { Time } from './time.ts';
import type { Trace } from './trace.ts';

/** One run of a Lambda: a process with its time, that may end at any moment. */
export interface Invocation {
  readonly process: Process;
  readonly records: readonly SourceRecord[];
  readonly remainingMs: number;
}

export interface MappingOptions {
  readonly stream: Stream;
  readonly time: Time;
  readonly chance: Chance;
  readonly trace: Trace;
  /** Gives the sequence numbers of the records that must come again. */
  readonly invoke: (invocation: Invocation) => Promise<readonly string[]>;
}

export interface MappingFaults {
  /** How likely an invocation dies on its way. */
  crashes: number;
  /** How likely a batch that was done is invoked once more, at the same time as what follows. */
  replays: number;
}

const batchMax = 10;
/** How long a record waits until it is looked for. */
const pollMs = 50;
const invocationMs = 30_000;
const retryMsMax = 4_000;

/**
 * What stands between a stream and a Lambda: a batch of each shard at a time, in order, again and again from the
 * first record that failed; at least once.
 */
export class Mapping {
  readonly faults: MappingFaults = { crashes: 0, replays: 0 };
  readonly #options: MappingOptions;
  readonly #checkpoints: number[];
  readonly #isBusy: boolean[];
  /** How often each shard's batch has failed. */
  readonly #failures: number[];

  constructor(options: MappingOptions) {
    this.#options = options;
    this.#checkpoints = options.stream.shards.map(() => 0);
    this.#isBusy = options.stream.shards.map(() => false);
    this.#failures = options.stream.shards.map(() => 0);
    options.stream.onRecord((shard) => {
      if (this.#checkpoints[shard] === options.stream.shards[shard]!.length - 1)
        this.#pollLater(shard, pollMs);
    });
  }

  /** Whether all that the stream holds is done. */
  get isIdle(): boolean {
    return this.#options.stream.shards.every(({ length }, shard) => this.#checkpoints[shard] === length);
  }

  #pollLater(shard: number, ms: number): void {
    this.#options.time.after(ms, () => this.#poll(shard));
  }

  #poll(shard: number): void {
    const from = this.#checkpoints[shard]!;
    const records = this.#options.stream.shards[shard]!.slice(from, from + batchMax);
    // The next record looks again.
    if (records.length === 0 || this.#isBusy[shard]) return;
    this.#isBusy[shard] = true;
    this.#invoke(records, (failed) => {
      this.#isBusy[shard] = false;
      const done = failed === null ? 0 : this.#firstOf(failed, records);
      this.#checkpoints[shard] = from + done;
      if (done === records.length) {
        this.#failures[shard] = 0;
        this.#pollLater(shard, 1);
        if (this.#options.chance.happens(this.faults.replays)) this.#invoke(records, () => {});
      } else {
        this.#pollLater(shard, Math.min(retryMsMax, 100 * 2 ** this.#failures[shard]!++));
      }
    });
  }

  /** Where the first record that failed stands; behind the last where none did. */
  #firstOf(failed: readonly string[], records: readonly ShardRecord[]): number {
    return Math.min(
      records.length,
      ...failed.map((number) => records.findIndex(({ sequenceNumber }) => sequenceNumber === number)),
    );
  }

  /** `onOver` gets what must come again, or null where the invocation died: then all does. */
  #invoke(records: readonly ShardRecord[], onOver: (failed: readonly string[] | null) => void): void {
    const { stream, time, chance, trace } = this.#options;
    const process = new Process(`${stream.name} λ`, time, chance.fork());
    let isOver = false;
    const end = (failed: readonly string[] | null) => {
      if (isOver) return;
      isOver = true;
      if (failed === null) trace.note(process.name, 'died');
      process.kill();
      onOver(failed);
    };
    if (chance.happens(this.faults.crashes)) time.after(chance.between(0, 60), () => end(null));
    else time.after(invocationMs, () => end(null));
    const source = sourceRecords({ Records: records.map((record) => asLambdaSees(record, stream.name)) });
    void this.#options
      .invoke({ process, records: source, remainingMs: invocationMs })
      .then((failed) => process.alive && end(failed));
  }
}

function asLambdaSees(record: ShardRecord, stream: string): KinesisStreamRecord {
  const { shardId, sequenceNumber, partitionKey, data, arrivedAtMs } = record;
  return {
    awsRegion: 'eu-central-1',
    eventID: `${shardId}:${sequenceNumber}`,
    eventName: 'aws:kinesis:record',
    eventSource: 'aws:kinesis',
    eventSourceARN: `arn:aws:kinesis:eu-central-1:000000000000:stream/${stream}`,
    eventVersion: '1.0',
    invokeIdentityArn: 'arn:aws:iam::000000000000:role/simulation',
    kinesis: {
      kinesisSchemaVersion: '1.0',
      partitionKey,
      sequenceNumber,
      data: Buffer.from(data).toString('base64'),
      approximateArrivalTimestamp: arrivedAtMs / 1000,
    },
  };
}
