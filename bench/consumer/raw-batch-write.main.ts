import { BatchWriteItemCommand } from '@aws-sdk/client-dynamodb';
import { connectDynamoDb } from '@trackline/adapters/dynamodb/dynamodb-client.dynamodb';
import type { Item } from '@trackline/adapters/dynamodb/item.dynamodb';
import { limits } from '@trackline/adapters/dynamodb/limits';
import { eventItem } from '@trackline/adapters/event-store/event-item.dynamodb';
import { retentionMs } from '@trackline/adapters/event-store/tables';
import { buildLog } from '@trackline/adapters/log/log';
import { mapBounded } from '@trackline/domain/bounded';
import { systemClock as clock } from '@trackline/domain/clock';
import type { RecordedEvent } from '@trackline/domain/tracking-event';
import { buildHandler } from '@trackline/event-consumer/handler';
import { percentile } from '../../test/faults/harness/percentile.ts';
import { context } from '../../test/helpers/kinesis-records.ts';
import { kinesisBatch } from './kinesis-batch.ts';
import { mixedEvents, mixedShares } from './mixed-events.ts';
import type { RawPlace } from './raw-batch-write.ts';

/**
 * Writes events to DynamoDB in two ways, in turn: as plain calls of BatchWriteItem with items that are ready, and by
 * the consumer's handler from records of Kinesis. Prints how many events a second each way stored. Arguments: where
 * (JSON), rounds, events of a round.
 */

const place = JSON.parse(process.argv[2]!) as RawPlace;
const [rounds, events] = process.argv.slice(3).map(Number) as [number, number];
/** In which both ways, and DynamoDB, are compiled. */
const warmUpRounds = 3;
const remainingMs = 60_000;

const { region, dynamodbEndpoint, tables, rawTable } = place;
const log = buildLog({ level: 'silent', base: null });
const handler = buildHandler(() => ({ region, dynamodbEndpoint, tables, log }));
/** With the very settings of the consumer's. */
const client = connectDynamoDb({ region, endpoint: dynamodbEndpoint }, 1);

/** Calls of so many items as one takes, as many at a time as the consumer makes. */
async function writeRaw(items: readonly Item[]): Promise<void> {
  const { batchItemsMax, batchesAtOnce } = limits;
  const calls = Array.from({ length: Math.ceil(items.length / batchItemsMax) }, (_, n) =>
    items.slice(n * batchItemsMax, (n + 1) * batchItemsMax),
  );
  await mapBounded(calls, batchesAtOnce, async (call) => {
    const requests = call.map((item) => ({ PutRequest: { Item: item } }));
    const command = new BatchWriteItemCommand({ RequestItems: { [rawTable]: requests } });
    const { UnprocessedItems = {} } = await client.send(command);
    if (Object.keys(UnprocessedItems).length > 0) throw new Error('DynamoDB left items unprocessed.');
  });
}

async function consume(all: readonly RecordedEvent[]): Promise<void> {
  const { batchItemFailures } = await handler(kinesisBatch(all), context(remainingMs));
  if (batchItemFailures.length > 0) throw new Error('The consumer did not store all records.');
}

async function perSecond(write: () => Promise<void>): Promise<number> {
  const fromMs = clock.monotonicMs();
  await write();
  return events / ((clock.monotonicMs() - fromMs) / 1_000);
}

/** No transactions: each of them takes calls of its own, and none of them is a BatchWriteItem. */
const batchedShares = { ...mixedShares, transaction: 0 };
let fromMs = clock.wallMs();
const nextEvents = (mix = batchedShares) => {
  fromMs += events;
  return mixedEvents(events, { random: Math.random, fromMs, mix });
};

const figures = {
  raw: [] as number[],
  consumer: [] as number[],
  mixed: [] as number[],
  ratios: [] as number[],
};
for (let round = -warmUpRounds; round < rounds; round++) {
  const all = nextEvents();
  const items = all.map((event) => eventItem({ event, unknownFields: null }, retentionMs));
  const ways = {
    raw: () => perSecond(() => writeRaw(items)),
    consumer: () => perSecond(() => consume(all)),
  };
  // Whoever comes second finds the machine warm: each does every other time.
  const first = round % 2 === 0 ? 'raw' : 'consumer';
  const rates = { raw: 0, consumer: 0 };
  for (const way of [first, first === 'raw' ? 'consumer' : 'raw'] as const) rates[way] = await ways[way]();
  const mixed = await perSecond(() => consume(nextEvents(mixedShares)));
  if (round < 0) continue;
  figures.raw.push(rates.raw);
  figures.consumer.push(rates.consumer);
  figures.mixed.push(mixed);
  figures.ratios.push(rates.consumer / rates.raw);
}
await handler.close();
client.destroy();
process.stdout.write(
  JSON.stringify({
    vsRaw: percentile(figures.ratios, 0.5),
    rawPerSecond: percentile(figures.raw, 0.5),
    consumerPerSecond: percentile(figures.consumer, 0.5),
    mixedPerSecond: percentile(figures.mixed, 0.5),
  }),
);
