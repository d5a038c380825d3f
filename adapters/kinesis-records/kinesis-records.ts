import { deaggregate } from '@trackline/proto/kpl';
import type { KinesisStreamBatchResponse, KinesisStreamEvent, KinesisStreamRecord } from 'aws-lambda';

/**
 * What both Lambdas do with what an event-source mapping hands them ("Process Amazon Kinesis Data Streams
 * records with Lambda", AWS Lambda Developer Guide).
 */

/** One record of the stream, with the user records inside it: itself alone, where it is no aggregate. */
export interface SourceRecord {
  readonly sequenceNumber: string;
  /** The record as it came. */
  readonly whole: SourcePart;
  readonly parts: readonly SourcePart[];
}

export interface SourcePart {
  readonly bytes: Uint8Array;
  readonly origin: RecordOrigin;
}

/**
 * Where a record came from: the stream's record, and which of the events inside it (0 where it holds one).
 */
export interface RecordOrigin {
  readonly stream: string;
  /** The stream's; '' in a dead letter of the first releases. */
  readonly region: string;
  readonly shardId: string;
  readonly sequenceNumber: string;
  readonly index: number;
  /** The first 256 characters are kept. */
  readonly partitionKey: string;
  readonly arrivedAtMs: number;
}

export function sourceRecords({ Records }: KinesisStreamEvent): SourceRecord[] {
  return Records.map((record) => {
    const data = Buffer.from(record.kinesis.data, 'base64');
    const { sequenceNumber, partitionKey } = record.kinesis;
    const originOf = origins(record);
    const whole = { bytes: data, origin: originOf(0, partitionKey) };
    const parts = deaggregate(data)?.map(({ data: bytes, partitionKey }, index) => ({
      bytes,
      origin: originOf(index, partitionKey),
    }));
    return { sequenceNumber, whole, parts: parts ?? [whole] };
  });
}

/** The answer by which the records of these sequence numbers come again; of none: all is done. */
export function comeAgain(sequenceNumbers: readonly string[]): KinesisStreamBatchResponse {
  return { batchItemFailures: sequenceNumbers.map((itemIdentifier) => ({ itemIdentifier })) };
}

/** Makes the origins of what one record holds. */
function origins({ awsRegion, eventSourceARN, eventID, kinesis }: KinesisStreamRecord) {
  const { sequenceNumber } = kinesis;
  const stream = eventSourceARN.slice(eventSourceARN.lastIndexOf('/') + 1);
  const shardId = eventID.slice(0, eventID.indexOf(':'));
  // Kinesis gives seconds with a fraction.
  const arrivedAtMs = Math.round(kinesis.approximateArrivalTimestamp * 1000);
  return (index: number, partitionKey: string): RecordOrigin => ({
    stream,
    region: awsRegion,
    shardId,
    sequenceNumber,
    index,
    partitionKey,
    arrivedAtMs,
  });
}
