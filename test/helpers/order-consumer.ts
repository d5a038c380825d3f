import type { RecordedEvent, TransactionStatus } from '@trackline/domain/tracking-event';
import type { TestDynamoDb } from './dynamodb.ts';
import { buildConsumer } from './event-consumer.ts';
import { context, kinesisEvent } from './kinesis-records.ts';
import { transactionRun } from './orders.ts';

export async function buildOrderConsumer(dynamoDb: TestDynamoDb) {
  const consumer = await buildConsumer(dynamoDb);
  return {
    ...consumer,
    /** Consumes events, each in a record of its own, in one batch. */
    consume: (...events: readonly RecordedEvent[]) => consumer.handler(kinesisEvent(...events), context()),
    order: (orderId = 'o-1') => consumer.orders.find('shoes', orderId),
    orderIds: async () => (await dynamoDb.items(consumer.tables.transactions)).map(({ sk }) => sk!.S),
    /** Of each event, in order, whom it is marked as a duplicate of. */
    marks: (events: readonly RecordedEvent[]) =>
      Promise.all(
        events.map(async ({ programId, messageId }) => {
          const stored = await consumer.events.find(programId, messageId);
          return stored!.duplicateOf;
        }),
      ),
  };
}

/** Messages of one order, a second apart. */
export function messages(...statuses: readonly TransactionStatus[]) {
  return transactionRun(statuses.length).map((each, index) => ({
    ...each,
    transaction: { ...each.transaction, status: statuses[index]!, amount: String(index) },
  }));
}
