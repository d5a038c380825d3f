import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildLog } from '@trackline/adapters/log/log';
import { expect, onTestFinished, test } from 'vitest';
import { recordedEvent } from '../../test/helpers/events.ts';
import { aggregate, allDone, context, kinesisEvent } from '../../test/helpers/kinesis-records.ts';
import { buildHandler } from './handler.ts';

/** A DynamoDB that takes all, and what it saw. */
async function takesAll() {
  const seen = { connections: 0, operations: [] as string[] };
  const server = createServer((request, response) => {
    seen.operations.push(String(request.headers['x-amz-target']).split('.').at(-1)!);
    request.resume().on('end', () => response.end('{}'));
  });
  server.on('connection', () => seen.connections++);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { seen, endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

test('a record’s row in the ledger goes over the connection that its event went over', async () => {
  const { seen, endpoint } = await takesAll();
  const tables = {
    trackingEvents: 'events',
    transactions: 'orders',
    ledger: 'ledger',
    deadLetters: 'letters',
  };
  const log = buildLog({ base: null, level: 'silent' });
  const handler = buildHandler(() => ({ region: 'eu-central-1', dynamodbEndpoint: endpoint, tables, log }));
  onTestFinished(() => handler.close());
  expect(await handler(kinesisEvent(aggregate(recordedEvent())), context())).toEqual(allDone);
  expect(seen).toEqual({ connections: 1, operations: ['BatchWriteItem', 'BatchWriteItem'] });
});
