import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * Kinesis, as far as a sender needs it: takes each call of PutRecords whole, and confirms its records ("PutRecords",
 * Amazon Kinesis Data Streams API Reference). It keeps nothing, and reads no more than how many there are. The
 * embedded Kinesis would take more of the clients' core than the clients do, and be what is measured.
 */

const recordKey = Buffer.from('"PartitionKey":');
const confirmed =
  '{"SequenceNumber":"49590338271490256608559692538361571095921575989136588898","ShardId":"shardId-000000000000"}';

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const records = Array(recordsIn(Buffer.concat(chunks)))
      .fill(confirmed)
      .join(',');
    const body = `{"FailedRecordCount":0,"Records":[${records}]}`;
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1', 'content-length': body.length });
    response.end(body);
  });
});

function recordsIn(body: Buffer): number {
  let count = 0;
  for (let at = body.indexOf(recordKey); at !== -1; at = body.indexOf(recordKey, at + recordKey.length))
    count++;
  return count;
}

server.keepAliveTimeout = 600_000;
server.listen(0, '127.0.0.1', () => {
  process.send!({ kind: 'listening', url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
});
process.on('disconnect', () => process.exit());
