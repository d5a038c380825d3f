import type { RecordedEvent } from '@trackline/domain/tracking-event';
import { encodeAggregate } from '@trackline/proto/kpl';
import { encodeEvent } from '@trackline/proto/tracking-event';
import type { KinesisStreamEvent, KinesisStreamRecord } from 'aws-lambda';
import { eventTimeMs } from './events.ts';

const stream = 'trackline-events';

/**
 * Records, bodies of such, or events that have one to themselves, as an event-source mapping hands them to a Lambda;
 * each its own sequence number.
 */
export function kinesisEvent(
  ...records: readonly (Uint8Array | KinesisStreamRecord | RecordedEvent)[]
): KinesisStreamEvent {
  return {
    Records: records.map((each, index) => {
      if (each instanceof Uint8Array) return kinesisRecord(each, index + 1);
      return 'kinesis' in each ? each : kinesisRecord(bytesOf(each), index + 1, stream, each.writer);
    }),
  };
}

export function kinesisRecord(
  body: Uint8Array,
  number: number,
  streamName = stream,
  partitionKey = 'w1',
): KinesisStreamRecord {
  const sequenceNumber = String(number).padStart(56, '4');
  return {
    awsRegion: 'eu-central-1',
    eventID: `shardId-000000000000:${sequenceNumber}`,
    eventName: 'aws:kinesis:record',
    eventSource: 'aws:kinesis',
    eventSourceARN: `arn:aws:kinesis:eu-central-1:000000000000:stream/${streamName}`,
    eventVersion: '1.0',
    invokeIdentityArn: 'arn:aws:iam::000000000000:role/test',
    kinesis: {
      kinesisSchemaVersion: '1.0',
      partitionKey,
      sequenceNumber,
      data: Buffer.from(body).toString('base64'),
      approximateArrivalTimestamp: eventTimeMs / 1000,
    },
  };
}

export function bytesOf(event: RecordedEvent): Uint8Array {
  return encodeEvent(event, event.sequence);
}

/** An aggregate as the sender makes them, of events or of any bytes in their place. */
export function aggregate(...parts: readonly (RecordedEvent | Uint8Array)[]): Uint8Array {
  return encodeAggregate(
    parts.map((part) => ({
      partitionKey: part instanceof Uint8Array ? 'w1' : part.writer,
      explicitHashKey: '1234567890',
      data: part instanceof Uint8Array ? part : bytesOf(part),
    })),
  );
}

/** The answer by which all of a batch is done. */
export const allDone = { batchItemFailures: [] };

/** The answer by which these records come again. */
export function comeAgain(...failed: readonly KinesisStreamRecord[]) {
  return { batchItemFailures: failed.map(({ kinesis }) => ({ itemIdentifier: kinesis.sequenceNumber })) };
}

/** The context of an invocation with so much time left. */
export function context(remainingMs = 30_000) {
  const endMs = performance.now() + remainingMs;
  return { getRemainingTimeInMillis: () => endMs - performance.now(), awsRequestId: 'test' };
}
