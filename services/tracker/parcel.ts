import type { StreamRecord } from '@trackline/adapters/event-stream/event-stream';
import type { RandomBytes } from '@trackline/domain/message-id';
import { AggregateSize, encodeAggregate, randomHashKey, type UserRecord } from '@trackline/proto/kpl';
import type { Spool, SpooledEvent } from './spool.ts';

/** What is under way as one record of the stream: an aggregate of events, or a statement. */
export interface Parcel {
  readonly events: readonly SpooledEvent[];
  readonly sinceMs: number;
  record: StreamRecord;
  attempts: number;
  /** The same under a fresh hash key, and so most likely on another shard. */
  rekey(): void;
}

/** The longest hash key there can be, so that an aggregate that fits still does under another key. */
const widestHashKey = '9'.repeat(39);

/**
 * Takes one aggregate's worth of consecutive events from the spool. Partition key is the writer; the hash key is random and repeated for every inner record (page 2 of
 * the decisions).
 */
export function takeAggregate(spool: Spool, bytesMax: number, randomBytes: RandomBytes): Parcel | null {
  const partitionKey = spool.writer;
  const size = new AggregateSize();
  const events = spool.take(({ bytes }) => {
    const record = { partitionKey, explicitHashKey: widestHashKey, data: bytes };
    const fits = size.count === 0 || size.sizeWith(record) <= bytesMax;
    if (fits) size.add(record);
    return fits;
  });
  if (events.length === 0) return null;
  return parcel(events, events[0]!.acceptedAtMs, randomBytes, (explicitHashKey) => ({
    data: encodeAggregate(
      events.map(({ bytes }): UserRecord => ({ partitionKey, explicitHashKey, data: bytes })),
    ),
    partitionKey,
    explicitHashKey,
  }));
}

/** A statement as a record of its own. */
export function statementParcel(
  writer: string,
  bytes: Uint8Array,
  nowMs: number,
  randomBytes: RandomBytes,
): Parcel {
  return parcel([], nowMs, randomBytes, (explicitHashKey) => ({
    data: bytes,
    partitionKey: writer,
    explicitHashKey,
  }));
}

function parcel(
  events: readonly SpooledEvent[],
  sinceMs: number,
  randomBytes: RandomBytes,
  encode: (hashKey: string) => StreamRecord,
): Parcel {
  return {
    events,
    sinceMs,
    record: encode(randomHashKey(randomBytes)),
    attempts: 0,
    rekey() {
      this.record = encode(randomHashKey(randomBytes));
    },
  };
}
