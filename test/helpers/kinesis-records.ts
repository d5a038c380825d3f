import type { RecordedEvent } from '@trackline/domain/tracking-event';
import { encodeAggregate } from '@trackline/proto/kpl';
import { encodeEvent } from '@trackline/proto/tracking-event';
import type { KinesisStreamEvent, KinesisStreamRecord } from 'aws-lambda';

/** Records as an event-source mapping hands them to a Lambda; each its own sequence number. */
export function kinesisEvent(...bodies: readonly Uint8Array[]): KinesisStreamEvent {
  return { Records: bodies.map((body, index) => kinesisRecord(body, index + 1)) };
}

export function kinesisRecord(
  body: Uint8Array,
  number: number,
  stream = 'trackline-events',
): KinesisStreamRecord {
  const sequenceNumber = String(number).padStart(56, '4');
  return {
    awsRegion: 'eu-central-1',
    eventID: `shardId-000000000000:${sequenceNumber}`,
    eventName: 'aws:kinesis:record',
    eventSource: 'aws:kinesis',
    eventSourceARN: `arn:aws:kinesis:eu-central-1:000000000000:stream/${stream}`,
    eventVersion: '1.0',
    invokeIdentityArn: 'arn:aws:iam::000000000000:role/test',
    kinesis: {
      kinesisSchemaVersion: '1.0',
      partitionKey: 'w1',
      sequenceNumber,
      data: Buffer.from(body).toString('base64'),
      approximateArrivalTimestamp: Date.UTC(2026, 4, 17, 13, 30) / 1000,
    },
  };
}

export function bytesOf(event: RecordedEvent): Uint8Array {
  return encodeEvent(event, event.writer, event.sequence);
}

/** An aggregate as the sender makes them, of events or of any bytes in their place. */
export function aggregate(...parts: readonly (RecordedEvent | Uint8Array)[]): Uint8Array {
  return encodeAggregate(
    parts.map((part) => ({
      partitionKey: 'w1',
      explicitHashKey: '1234567890',
      data: part instanceof Uint8Array ? part : bytesOf(part),
    })),
  );
}

/** The context of an invocation with so much time left. */
export function context(remainingMs = 30_000) {
  const endMs = performance.now() + remainingMs;
  return { getRemainingTimeInMillis: () => endMs - performance.now(), awsRequestId: 'test' };
}
