import type { StreamRecord } from '@trackline/adapters/event-stream/event-stream';
import type { RandomBytes } from '@trackline/domain/message-id';
import { randomHashKey } from '@trackline/proto/kpl';
import { encodeRun } from '@trackline/proto/kpl-run';
import { recordBytesMax } from './event-queue.ts';
import type { EventRun, SpoolOutlet } from './spool.ts';

/**
 * One record of the event stream: a run of one writer's consecutive events, in the aggregation format. Its
 * partition key is the writer; a random explicit hash key decides its shard and is repeated for every event
 * inside, since KCL drops inner records whose own hash lies outside the shard.
 */
export class Aggregate {
  readonly run: EventRun;
  #record: StreamRecord;
  /** How often the stream took others of its call, and not it. */
  failures = 0;

  private constructor(run: EventRun, randomBytes: RandomBytes) {
    this.run = run;
    this.#record = encode(run, randomHashKey(randomBytes));
  }

  /** Takes as many waiting events as fit into `bytesMax`; null when none wait. */
  static cut(spool: SpoolOutlet, bytesMax: number, randomBytes: RandomBytes): Aggregate | null {
    const run = spool.take(recordBytesMax(bytesMax));
    return run && new Aggregate(run, randomBytes);
  }

  get record(): StreamRecord {
    return this.#record;
  }

  /** What it counts for in a call: Kinesis adds the key to the data. */
  get bytes(): number {
    return this.#record.data.length + this.#record.partitionKey.length;
  }

  /** A fresh hash key, and so, likely, another shard than the one that was full. */
  rekey(randomBytes: RandomBytes): void {
    this.#record = encode(this.run, randomHashKey(randomBytes));
  }
}

function encode({ writer, records }: EventRun, explicitHashKey: string): StreamRecord {
  return { data: encodeRun(writer, explicitHashKey, records), partitionKey: writer, explicitHashKey };
}
