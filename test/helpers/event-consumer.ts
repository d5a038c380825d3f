import { connectDeadLetters } from '@trackline/adapters/event-store/dead-letters.dynamodb';
import { connectLedger } from '@trackline/adapters/event-store/ledger.dynamodb';
import { connectTrackingEvents } from '@trackline/adapters/event-store/tracking-events.dynamodb';
import { connectTransactions } from '@trackline/adapters/event-store/transactions.dynamodb';
import { sourceRecords } from '@trackline/adapters/kinesis-records/kinesis-records';
import { systemClock } from '@trackline/domain/clock';
import { width } from '@trackline/domain/ledger-coverage';
import { consume } from '@trackline/event-consumer/consume';
import {
  buildHandler,
  closeTables,
  connect,
  type EventConsumerHandler,
} from '@trackline/event-consumer/handler';
import type { KinesisStreamEvent } from 'aws-lambda';
import { onTestFinished } from 'vitest';
import { region, type TestDynamoDb } from './dynamodb.ts';
import { DynamoDbProxy } from './dynamodb-proxy.ts';
import { eventDay, eventTimeMs } from './events.ts';
import { LogLines } from './log-lines.ts';

/** The real handler on new tables, through a proxy, with readers of its tables that go past the proxy. */
export async function buildConsumer(dynamoDb: TestDynamoDb) {
  const tables = await dynamoDb.tables('trackingEvents', 'transactions', 'ledger', 'deadLetters');
  const proxy = await DynamoDbProxy.open(dynamoDb.endpoint);
  const logged = new LogLines();
  const config = { region, dynamodbEndpoint: proxy.url, tables, log: logged.log };
  const handler: EventConsumerHandler = buildHandler(() => config);

  const events = connectTrackingEvents({
    ...dynamoDb.target(tables.trackingEvents),
    clock: systemClock,
    random: Math.random,
  });
  const orders = connectTransactions({
    ...dynamoDb.target(tables.transactions),
    clicks: events,
    clock: systemClock,
    random: Math.random,
  });
  // Read as of the day of the events, so that they are never too old to be judged.
  const clock = { ...systemClock, wallMs: () => eventTimeMs };
  const ledger = connectLedger({ ...dynamoDb.target(tables.ledger), clock });
  const deadLetters = connectDeadLetters(dynamoDb.target(tables.deadLetters));
  onTestFinished(async () => {
    await Promise.all([handler, events, orders, ledger, deadLetters].map((each) => each.close()));
    await proxy.close();
  });
  return {
    handler,
    config,
    tables,
    proxy,
    logged,
    events,
    orders,
    ledger,
    /**
     * Consumes a batch whose time for events and orders is up when `isUp` says so, and not before; its records
     * that failed.
     */
    async consumeBy(isUp: () => boolean, batch: KinesisStreamEvent): Promise<readonly string[]> {
      const clock = { ...systemClock, monotonicMs: () => (isUp() ? 60_000 : 0) };
      const parts = connect(config, clock, () => 0);
      const deadlines = { eventsMs: 60_000, ordersMs: 60_000, writesMs: 120_000 };
      const failed = await consume(parts, sourceRecords(batch), deadlines);
      await closeTables(parts);
      return failed;
    },
    /** Writer and number of every stored event, in order. */
    async storedPlaces(): Promise<string[]> {
      const items = await dynamoDb.items(tables.trackingEvents);
      return items.map(({ writer, sequence }) => `${writer?.S} ${sequence?.N}`).sort();
    },
    /** The intervals of one writer: `first-last`, and how many of them are dead letters. */
    async rows(writer: string): Promise<string[]> {
      const { rows } = await ledger.account(writer);
      return rows.map(({ first, last, deadLetters }) => `${first}-${last} ${width(deadLetters)}`);
    },
    /** Every dead letter, whole. */
    async letters() {
      const letters = [];
      for await (const { id } of deadLetters.list(eventDay)) letters.push((await deadLetters.get(id))!);
      return letters.sort((a, b) => a.origin.index - b.origin.index);
    },
  };
}
