import type { StreamRecord } from '@trackline/adapters/event-stream/event-stream';
import type { RandomBytes } from '@trackline/domain/message-id';
import { randomHashKey } from '@trackline/proto/kpl';
import { encodeRun, runOverheadBytes } from '@trackline/proto/kpl-run';
import { recordBytesMax } from './event-queue.ts';
import type { EventRun, SpoolOutlet } from './spool.ts';

/**
 * One record of the event stream: a run of one writer's consecutive events, in the aggregation format. Its
 * partition key is the writer; a random explicit hash key decides its shard and is repeated for every event
 * inside, since KCL drops inner records whose own hash lies outside the shard.
 */
export class Aggregate {
  readonly run: EventRun;
  #hashKey: string;
  /** How often the stream took others of its call, and not it. */
  failures = 0;

  private constructor(run: EventRun, randomBytes: RandomBytes) {
    this.run = run;
    this.#hashKey = randomHashKey(randomBytes);
  }

  /** Takes as many waiting events as fit into `bytesMax`; null when none wait. */
  static cut(spool: SpoolOutlet, bytesMax: number, randomBytes: RandomBytes): Aggregate | null {
    const run = spool.take(recordBytesMax(bytesMax));
    return run && new Aggregate(run, randomBytes);
  }

  /** Its record. @param room where its data is made */
  encode(room: Buffer): StreamRecord {
    const { writer, records } = this.run;
    const explicitHashKey = this.#hashKey;
    const data = encodeRun(writer, explicitHashKey, records, room);
    return { data, partitionKey: writer, explicitHashKey };
  }

  /** What its data takes. */
  get dataBytes(): number {
    const { writer, records } = this.run;
    return runOverheadBytes(writer, this.#hashKey) + records.length;
  }

  /** What it counts for in a call: Kinesis adds the key to the data. */
  get bytes(): number {
    return this.dataBytes + this.run.writer.length;
  }

  /** A fresh hash key, and so, likely, another shard than the one that was full. */
  rekey(randomBytes: RandomBytes): void {
    this.#hashKey = randomHashKey(randomBytes);
  }
}
