import type { StreamRecord } from '@trackline/adapters/event-stream/event-stream';
import type { RandomBytes } from '@trackline/domain/message-id';
import { AggregateSize, encodeAggregate, randomHashKey } from '@trackline/proto/kpl';
import type { EventRun, SpooledEvent, SpoolOutlet } from './spool.ts';

/**
 * The longest that a hash key can be: sizes are reckoned with it, so that an aggregate fits under whichever
 * key it gets.
 */
const longestHashKey = (2n ** 128n - 1n).toString();

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
    const size = new AggregateSize();
    const run = spool.take((event) => {
      const record = userRecord(event, longestHashKey);
      if (size.count > 0 && size.sizeWith(record) > bytesMax) return false;
      size.add(record);
      return true;
    });
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

function encode(run: EventRun, hashKey: string): StreamRecord {
  return {
    data: encodeAggregate(run.events.map((event) => userRecord(event, hashKey))),
    partitionKey: run.writer,
    explicitHashKey: hashKey,
  };
}

function userRecord(event: SpooledEvent, hashKey: string) {
  return { partitionKey: event.writer, explicitHashKey: hashKey, data: event.data };
}
