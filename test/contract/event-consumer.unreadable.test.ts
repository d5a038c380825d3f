import { type AttributeValue, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { unite } from '@trackline/domain/ledger-coverage';
import type { RecordedEvent } from '@trackline/domain/tracking-event';
import { describe, expect, test } from 'vitest';
import { onEachDynamoDb, type TestDynamoDb } from '../helpers/dynamodb.ts';
import { eventRun } from '../helpers/events.ts';
import { aggregate, allDone, context, kinesisEvent, kinesisRecord } from '../helpers/kinesis-records.ts';
import { buildOrderConsumer } from '../helpers/order-consumer.ts';
import { clickEvent, keyedId, transactionEvent, transactionRun } from '../helpers/orders.ts';

type Row = Record<string, AttributeValue>;

/** Puts what stands in a table back, changed: as another build may have left it, or damage. */
async function damage(dynamoDb: TestDynamoDb, TableName: string, change: (row: Row) => Row): Promise<void> {
  for (const row of await dynamoDb.items(TableName)) {
    await dynamoDb.client.send(new PutItemCommand({ TableName, Item: change(row) }));
  }
}

const keysOnly = ({ pk, sk }: Row): Row => ({ pk: pk!, sk: sk! });

type Damage = readonly [name: string, change: (row: Row) => Row];

const damagedOrders: readonly Damage[] = [
  ['of a status that nobody knows', (row) => ({ ...row, status: { S: 'refunded' } })],
  ['of which only the keys are left', keysOnly],
  ['that says nowhere how it came to its status', (row) => ({ ...row, reached: { M: {} } })],
  ['whose way to its status is no map', (row) => ({ ...row, reached: { S: 'pending' } })],
  ['with an attribute of a kind that is not written here', (row) => ({ ...row, tags: { SS: ['a'] } })],
];

const damagedClicks: readonly Damage[] = [
  ['of which only the keys are left', keysOnly],
  ['whose publisher is a number', (row) => ({ ...row, publisherId: { N: '7' } })],
  ['with an attribute of a kind that is not written here', (row) => ({ ...row, params: { L: [] } })],
];

const damagedEvents: readonly Damage[] = [
  ['of which only the keys are left', keysOnly],
  [
    'with a status that nobody knows',
    (row) => ({ ...row, transaction: { M: { ...row.transaction!.M, status: { S: 'refunded' } } } }),
  ],
];

describe('a row that this build can’t read', () => {
  onEachDynamoDb((dynamoDb) => {
    /** The event fails alone: a dead letter, booked as one, its neighbours stored, and nothing comes again. */
    async function expectAlone(
      consumer: Awaited<ReturnType<typeof buildOrderConsumer>>,
      failing: RecordedEvent,
      row: RegExp,
    ): Promise<void> {
      const neighbours = eventRun('w2', 1, 2);
      const [before, behind] = [neighbours[0]!, neighbours[1]!];
      const other = transactionEvent({ orderId: 'o-other' }, { writer: 'w3' });
      const batch = kinesisEvent(before, aggregate({ ...failing, writer: 'w4' }), other, behind);
      // Far less than it takes to try a write again until the time is up.
      expect(await consumer.handler(batch, context())).toEqual(allDone);
      const letters = await consumer.letters();
      expect(letters).toMatchObject([{ reason: 'order_unreadable', detail: expect.stringMatching(row) }]);
      expect(await consumer.rows('w4')).toEqual([`${failing.sequence}-${failing.sequence} 1`]);
      expect(await consumer.rows('w2')).toEqual(['1-1 0', '2-2 0']);
      expect(await consumer.storedPlaces()).toEqual(expect.arrayContaining(['w2 1', 'w2 2', 'w3 1']));
      expect(await consumer.order('o-other')).toMatchObject({ messageId: other.messageId });
    }

    test.each(damagedOrders)('an order %s: its message is a dead letter', async (_, change) => {
      const consumer = await buildOrderConsumer(dynamoDb);
      const [claiming, moving] = transactionRun(2);
      await consumer.consume(claiming!);
      await damage(dynamoDb, consumer.tables.transactions, change);
      const failing = { ...moving!, transaction: { ...moving!.transaction, status: 'approved' as const } };
      await expectAlone(consumer, failing, /Row shoes \/ o-1/);
    });

    test.each(damagedClicks)('a click %s: the transaction is a dead letter', async (_, change) => {
      const consumer = await buildOrderConsumer(dynamoDb);
      const click = clickEvent();
      await consumer.consume(click);
      await damage(dynamoDb, consumer.tables.trackingEvents, change);
      const failing = transactionEvent({}, { clickId: click.messageId, sequence: 7 });
      await expectAlone(consumer, failing, new RegExp(click.messageId));
    });

    test.each(damagedEvents)('a first event %s: the one under its id is a dead letter', async (_, change) => {
      const consumer = await buildOrderConsumer(dynamoDb);
      const failing = transactionEvent({}, { messageId: keyedId(), sequence: 7 });
      await consumer.consume({ ...failing, transaction: { ...failing.transaction, claims: false } });
      await damage(dynamoDb, consumer.tables.trackingEvents, change);
      await expectAlone(consumer, failing, new RegExp(failing.messageId));
    });

    test('once it is mended, a replay settles the order: the letter is none any more, and no duplicate', async () => {
      const consumer = await buildOrderConsumer(dynamoDb);
      const [claiming, other] = transactionRun(2, {}, { writer: 'w5' });
      await consumer.consume({ ...claiming!, writer: 'w0' });
      const rows = await dynamoDb.items(consumer.tables.transactions);
      await damage(dynamoDb, consumer.tables.transactions, keysOnly);
      const failing = { ...other!, transaction: { ...other!.transaction, status: 'approved' as const } };
      const events = eventRun('w5', 3, 2);
      await consumer.handler(kinesisEvent(aggregate({ ...failing }, ...events)), context());
      const balance = async () => unite((await consumer.ledger.account('w5')).rows, 1);
      expect(await balance()).toEqual({ gaps: [], coveredThrough: 4, duplicates: 0, deadLettered: 1 });

      for (const row of rows) await damage(dynamoDb, consumer.tables.transactions, () => row);
      const [letter] = await consumer.letters();
      const again = kinesisRecord(letter!.bytes, 1, 'trackline-events', letter!.origin.partitionKey);
      expect(await consumer.handler(kinesisEvent(again), context())).toEqual(allDone);
      expect(await consumer.order()).toMatchObject({
        status: 'approved',
        reached: { approved: { messageId: failing.messageId } },
      });
      expect(await balance()).toEqual({ gaps: [], coveredThrough: 4, duplicates: 0, deadLettered: 0 });
    });

    test('names its row to whoever reads it', async () => {
      const consumer = await buildOrderConsumer(dynamoDb);
      const event = transactionEvent();
      await consumer.consume(event);
      await damage(dynamoDb, consumer.tables.transactions, keysOnly);
      await expect(consumer.order()).rejects.toThrow(/Row shoes \/ o-1: its "programId" can't be read/);
    });
  });
});
