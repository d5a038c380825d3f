import { describe, expect, test } from 'vitest';
import { onEachDynamoDb } from '../helpers/dynamodb.ts';
import type { ProxiedCall, Treatment } from '../helpers/dynamodb-proxy.ts';
import { recordedEvent } from '../helpers/events.ts';
import {
  aggregate,
  allDone,
  bytesOf,
  comeAgain,
  context,
  kinesisEvent,
  kinesisRecord,
} from '../helpers/kinesis-records.ts';
/** The consumer, and what its tables say of orders and of duplicates. */
import { buildOrderConsumer as build, messages } from '../helpers/order-consumer.ts';
import { clickEvent, keyedId, transactionEvent, transactionRun } from '../helpers/orders.ts';

describe('orders', () => {
  onEachDynamoDb((dynamoDb) => {
    describe('a write that fails', () => {
      type Fault = readonly [name: string, of: (call: ProxiedCall) => boolean];
      const faults: readonly Fault[] = [
        ['the put of an event', (call) => call.operation === 'PutItem' && call.body.includes('#20')],
        ['the reading of an event back', (call) => call.operation === 'GetItem' && call.body.includes('#20')],
        [
          'the reading of an order',
          (call) => call.operation === 'GetItem' && call.body.includes('transactions'),
        ],
        ['the claim', (call) => call.operation === 'PutItem' && call.body.includes('transactions')],
        ['the move', (call) => call.operation === 'UpdateItem' && call.body.includes('transactions')],
        ['the mark', (call) => call.operation === 'UpdateItem' && call.body.includes('#20')],
      ];
      const treatments: readonly Treatment[] = ['drop', { error: 'AccessDeniedException' }];

      for (const [name, isMeant] of faults) {
        test.each(treatments)(
          `${name} (%j): its record comes again, and all ends right`,
          async (treatment) => {
            const { handler, consumeBy, order, marks, rows, proxy } = await build(dynamoDb);
            const click = clickEvent({ sequence: 1 });
            const all = messages('pending', 'approved', 'approved').map((each, n) => ({
              ...each,
              clickId: click.messageId,
              sequence: n + 2,
              ...(n === 0 && { messageId: keyedId() }),
            }));
            const records = kinesisEvent(click, ...all).Records;
            const other = kinesisRecord(bytesOf(recordedEvent()), 9, 'trackline-events', 'w2');
            let faulty = true;
            let hits = 0;
            proxy.treat = (call) => {
              if (!faulty || !isMeant(call)) return 'forward';
              hits++;
              return treatment;
            };
            const batch = kinesisEvent(...records, other);
            const failed = await consumeBy(() => hits >= 3, batch);
            expect(hits).toBeGreaterThan(0);
            expect(failed.length).toBeGreaterThan(0);
            expect(failed).not.toContain(other.kinesis.sequenceNumber);
            expect(await rows('w2')).toEqual(['1-1 0']);
            expect((await rows('w1')).length).toBe(4 - failed.length);

            faulty = false;
            expect(await handler(batch, context())).toEqual(allDone);
            expect(await order()).toMatchObject({
              status: 'approved',
              messageId: all[0]!.messageId,
              attribution: 'attributed',
              reached: { approved: { messageId: all[1]!.messageId } },
            });
            expect(await marks(all)).toEqual(['', '', all[0]!.messageId]);
            expect(await rows('w1')).toHaveLength(4);
          },
        );
      }

      test('the reply of a write that was done is lost: it is known again', async () => {
        const { consume, order, marks, proxy } = await build(dynamoDb);
        const all = messages('pending', 'approved', 'pending');
        const lost = new Set<string>();
        proxy.treat = ({ operation, body }) => {
          const isWrite = operation === 'PutItem' || operation === 'UpdateItem';
          if (!isWrite || lost.has(body)) return 'forward';
          lost.add(body);
          return 'dropReply';
        };
        expect(await consume(...all)).toEqual(allDone);
        expect(lost.size).toBeGreaterThan(4);
        expect(await order()).toMatchObject({ status: 'approved', messageId: all[0]!.messageId });
        expect(await marks(all)).toEqual(['', '', all[0]!.messageId]);
      });

      test('the messages of an order wait for the one before them', async () => {
        const { handler, order, proxy } = await build(dynamoDb);
        const [first, second] = messages('pending', 'approved');
        const records = [first!, second!].map((each, n) => kinesisRecord(bytesOf(each), n + 1));
        proxy.treat = ({ operation, body }) =>
          operation === 'PutItem' && body.includes(first!.messageId)
            ? { error: 'AccessDeniedException' }
            : 'forward';
        expect(await handler(kinesisEvent(...records), context())).toEqual(comeAgain(...records));
        expect(await order()).toBeNull();
        proxy.treat = () => 'forward';
        expect(await handler(kinesisEvent(...records), context())).toEqual(allDone);
        expect(await order()).toMatchObject({ status: 'approved', messageId: first!.messageId });
      });

      test('an order is not settled for ever: in the time that there is', async () => {
        const { handler, tables, proxy, logged } = await build(dynamoDb);
        proxy.treat = ({ body }) => (body.includes(tables.transactions) ? 'hang' : 'forward');
        const record = kinesisRecord(bytesOf(transactionEvent()), 1);
        expect(await handler(kinesisEvent(record), context(3_000))).toEqual(comeAgain(record));
        expect(logged.of('write_failed')).toMatchObject([{ target: 'orders', count: 1 }]);
      });

      test.each([
        ['no order id', ''],
        ['an order id that no key can hold', 'x'.repeat(1_025)],
      ])('for good, since a transaction has %s: a dead letter, and nobody waits', async (_, orderId) => {
        const { handler, letters, rows, order, orderIds } = await build(dynamoDb);
        const [bad, good] = transactionRun(2);
        const odd = { ...bad!, transaction: { ...bad!.transaction, orderId } };
        const batch = kinesisEvent(aggregate(odd, good!));
        expect(await handler(batch, context())).toEqual(allDone);
        expect(await letters()).toMatchObject([{ reason: 'event_invalid', origin: { index: 0 } }]);
        expect(await rows('w1')).toEqual(['1-2 1']);
        expect(await orderIds()).toEqual(['o-1']);
        expect(await order()).toMatchObject({ messageId: good!.messageId });
      });
    });
  });
});
