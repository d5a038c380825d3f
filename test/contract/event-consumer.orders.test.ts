import { randomFillSync } from 'node:crypto';
import { newMessageId } from '@trackline/domain/message-id';
import type { RecordedEvent, TransactionStatus } from '@trackline/domain/tracking-event';
import { buildHandler } from '@trackline/event-consumer/handler';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { onEachDynamoDb } from '../helpers/dynamodb.ts';
import { eventTimeMs, recordedEvent } from '../helpers/events.ts';
import {
  aggregate,
  allDone,
  bytesOf,
  context,
  kinesisEvent,
  kinesisRecord,
} from '../helpers/kinesis-records.ts';
/** The consumer, and what its tables say of orders and of duplicates. */
import { buildOrderConsumer as build, messages } from '../helpers/order-consumer.ts';
import { keyedId, transactionEvent, transactionRun } from '../helpers/orders.ts';

describe('orders', () => {
  onEachDynamoDb((dynamoDb) => {
    test('the first message claims its order, whose row says all of it', async () => {
      const { consume, order, logged } = await build(dynamoDb);
      const claimant = transactionEvent({}, { unverified: true, bot: true, sequence: 4 });
      expect(await consume(claimant)).toEqual(allDone);
      expect(await order()).toEqual({
        programId: 'shoes',
        orderId: 'o-1',
        messageId: claimant.messageId,
        receivedAtMs: eventTimeMs,
        programVersion: 3,
        publisherId: 'p1',
        clickId: '',
        attribution: 'none',
        amount: '19.90',
        currency: 'EUR',
        bot: true,
        unverified: true,
        status: 'pending',
        reached: { pending: { messageId: claimant.messageId, receivedAtMs: eventTimeMs } },
      });
      expect(logged.of('batch_consumed')).toMatchObject([
        { events: 1, ordersClaimed: 1, ordersMoved: 0, orderDuplicates: 0 },
      ]);
    });

    test('later messages move its status, one batch after the other, and its amount stays', async () => {
      const { consume, order, marks, logged } = await build(dynamoDb);
      const all = messages('pending', 'approved', 'rejected');
      for (const each of all) expect(await consume(each)).toEqual(allDone);
      expect(await order()).toMatchObject({
        status: 'rejected',
        amount: '0',
        reached: {
          pending: { messageId: all[0]!.messageId },
          approved: { messageId: all[1]!.messageId, receivedAtMs: all[1]!.receivedAtMs },
          rejected: { messageId: all[2]!.messageId },
        },
      });
      expect(await marks(all)).toEqual(['', '', '']);
      expect(logged.of('batch_consumed').map(({ ordersMoved }) => ordersMoved)).toEqual([0, 1, 1]);
    });

    test('messages of one batch are taken in its sequence', async () => {
      const { consume, order, marks } = await build(dynamoDb);
      const [late, early] = messages('pending', 'approved').reverse();
      expect(await consume(late!, early!)).toEqual(allDone);
      expect(await order()).toMatchObject({ status: 'approved', messageId: late!.messageId });
      expect(await marks([late!, early!])).toEqual(['', late!.messageId]);
    });

    test('a replay of any message, also of an older move, is known, and is no duplicate', async () => {
      const { consume, order, marks, logged } = await build(dynamoDb);
      const all = messages('pending', 'approved', 'rejected', 'approved');
      await consume(...all);
      const before = await order();
      for (const each of all) expect(await consume(each)).toEqual(allDone);
      expect(await consume(...all.toReversed())).toEqual(allDone);
      expect(await order()).toEqual(before);
      expect(await marks(all)).toEqual(['', '', '', all[0]!.messageId]);
      const replays = logged.of('batch_consumed').slice(1);
      for (const each of replays) expect(each).toMatchObject({ ordersClaimed: 0, ordersMoved: 0 });
    });

    test('in whatever order and however often messages come, each is applied or marked', async () => {
      const { consume, orders, events } = await build(dynamoDb);
      let program = 0;
      const statuses = fc.array(fc.constantFrom('pending', 'approved', 'rejected'), {
        minLength: 2,
        maxLength: 5,
      }) as fc.Arbitrary<TransactionStatus[]>;
      const plans = statuses.chain((all) => {
        const numbers = [...all.keys()];
        return fc.record({
          statuses: fc.constant(all),
          first: fc.shuffledSubarray(numbers, { minLength: all.length }),
          again: fc.array(fc.constantFrom(...numbers), { maxLength: 5 }),
        });
      });
      await fc.assert(
        fc.asyncProperty(plans, async ({ statuses, first, again }) => {
          const programId = `program-${++program}`;
          const all = messages(...statuses).map((each) => ({ ...each, programId }));
          const isDone = await Promise.all(
            // The first half in one batch, the rest at the same time in another.
            [first.slice(0, 2), [...first.slice(2), ...again]].map((part) =>
              consume(...part.map((index) => all[index]!)),
            ),
          );
          expect(isDone).toEqual([allDone, allDone]);
          const order = (await orders.find(programId, 'o-1'))!;
          const partners = Object.values(order.reached).map(({ messageId }) => messageId);
          expect(partners).toContain(order.messageId);
          expect(order.reached[order.status]).toBeDefined();
          for (const { messageId } of all) {
            const { duplicateOf } = (await events.find(programId, messageId))!;
            expect(duplicateOf).toBe(partners.includes(messageId) ? '' : order.messageId);
          }
        }),
        { numRuns: 25 },
      );
    });

    test('an order sent 100 times, to two consumers at once: one row, 99 events marked', async () => {
      const { config, orderIds, order, marks } = await build(dynamoDb);
      const all = transactionRun(100);
      const consumers = [buildHandler(() => config), buildHandler(() => config)];
      onTestFinished(async () => {
        await Promise.all(consumers.map((each) => each.close()));
      });
      // Each gets every second one, in aggregates of ten.
      const batches = consumers.map((_, which) => {
        const own = all.filter((_, index) => index % 2 === which);
        const tens = [0, 10, 20, 30, 40].map((from) => own.slice(from, from + 10));
        return kinesisEvent(...tens.map((ten) => aggregate(...ten)));
      });
      const answers = await Promise.all(consumers.map((each, which) => each(batches[which]!, context())));
      expect(answers).toEqual([allDone, allDone]);
      expect(await orderIds()).toEqual(['o-1']);
      const { messageId } = (await order())!;
      const claimants = all.filter((each) => each.messageId === messageId);
      expect(claimants).toHaveLength(1);
      const marked = await marks(all);
      expect(marked.filter((mark) => mark === messageId)).toHaveLength(99);
      expect(marked.filter((mark) => mark === '')).toHaveLength(1);
    });

    test('what may not claim never touches an order, and is just an event', async () => {
      const { consume, order, marks, tables, proxy } = await build(dynamoDb);
      const [unsigned, later] = messages('pending', 'approved');
      const mayNot = { ...unsigned!, transaction: { ...unsigned!.transaction, claims: false } };
      expect(await consume(mayNot)).toEqual(allDone);
      expect(proxy.calls.filter(({ body }) => body.includes(tables.transactions))).toEqual([]);
      expect(await order()).toBeNull();
      await consume(later!);
      await consume({ ...mayNot, messageId: newMessageId(eventTimeMs, randomFillSync) });
      expect(await order()).toMatchObject({ messageId: later!.messageId });
      expect(await marks([mayNot, later!])).toEqual(['', '']);
    });

    test('orders of other programs are other orders', async () => {
      const { consume, orders, marks } = await build(dynamoDb);
      const [one, other] = transactionRun(2).map((each, n) => ({ ...each, programId: `p-${n}` }));
      await consume(one!, other!);
      for (const { programId, messageId } of [one!, other!]) {
        expect(await orders.find(programId, 'o-1')).toMatchObject({ messageId });
      }
      expect(await marks([one!, other!])).toEqual(['', '']);
    });

    describe('under a key of their client', () => {
      test('the event that came first is the truth, also for its order', async () => {
        const { consume, orderIds, events } = await build(dynamoDb);
        const messageId = keyedId();
        const first = transactionEvent({ orderId: 'first', amount: '1' }, { messageId });
        const second = transactionEvent({ orderId: 'second', amount: '2' }, { messageId, sequence: 2 });
        expect(await consume(first)).toEqual(allDone);
        expect(await consume(second)).toEqual(allDone);
        expect(await orderIds()).toEqual(['first']);
        expect((await events.find('shoes', messageId))!.event).toEqual(first);
      });

      test('a second body in the same batch is absorbed, and booked', async () => {
        const { consume, orderIds, rows, events } = await build(dynamoDb);
        const messageId = keyedId();
        const first = transactionEvent({ orderId: 'first' }, { messageId });
        const second = transactionEvent({ orderId: 'second' }, { messageId, sequence: 2 });
        expect(await consume(first, second)).toEqual(allDone);
        expect(await orderIds()).toEqual(['first']);
        expect((await events.find('shoes', messageId))!.event).toEqual(first);
        expect(await rows('w1')).toEqual(['1-1 0', '2-2 0']);
      });

      test('two consumers that store two bodies at once settle the order of the one that is stored', async () => {
        const { config, orderIds, events } = await build(dynamoDb);
        const consumers = [buildHandler(() => config), buildHandler(() => config)];
        onTestFinished(async () => {
          await Promise.all(consumers.map((each) => each.close()));
        });
        for (let round = 0; round < 10; round++) {
          const messageId = keyedId();
          const bodies = consumers.map((_, n) =>
            transactionEvent({ orderId: `${round}-${n}` }, { messageId, programId: `p-${round}` }),
          );
          await Promise.all(consumers.map((each, n) => each(kinesisEvent(bytesOf(bodies[n]!)), context())));
          const { event } = (await events.find(`p-${round}`, messageId))!;
          const ofRound = (await orderIds()).filter((id) => id!.startsWith(`${round}-`));
          expect(ofRound).toEqual([event.transaction!.orderId]);
        }
      });

      test('a second body without a transaction, or of one that claims, changes nothing', async () => {
        const { consume, orderIds, events } = await build(dynamoDb);
        const messageId = keyedId();
        const first = recordedEvent({ messageId });
        await consume(first);
        expect(await consume(transactionEvent({}, { messageId, sequence: 2 }))).toEqual(allDone);
        expect(await orderIds()).toEqual([]);
        expect((await events.find('shoes', messageId))!.event).toEqual(first);
      });

      test('a duplicate is marked where it is stored, and its replay leaves the mark', async () => {
        const { consume, marks } = await build(dynamoDb);
        const [claimant] = transactionRun(1);
        const duplicate = transactionEvent({}, { messageId: keyedId() });
        await consume(claimant!, duplicate);
        await consume(duplicate);
        expect(await marks([duplicate])).toEqual([claimant!.messageId]);
      });
    });

    describe('a mark', () => {
      test('is never taken back by a replay, not even while that is under way', async () => {
        const { consume, marks, tables, proxy } = await build(dynamoDb);
        const [claimant, duplicate] = transactionRun(2);
        await consume(claimant!, duplicate!);
        // The replay stores the event anew, and gets no further.
        proxy.treat = ({ body }) =>
          body.includes(tables.transactions) ? { error: 'AccessDeniedException' } : 'forward';
        expect((await consume(duplicate!)).batchItemFailures).toHaveLength(1);
        expect(await marks([duplicate!])).toEqual([claimant!.messageId]);
      });
    });

    describe('a large batch', () => {
      /** Messages in records of a hundred. */
      const inRecords = (all: readonly RecordedEvent[]) =>
        Array.from({ length: Math.ceil(all.length / 100) }, (_, n) =>
          aggregate(...all.slice(n * 100, n * 100 + 100)),
        );

      test('of many orders settles them side by side', async () => {
        const { handler, orderIds, logged } = await build(dynamoDb);
        const all = transactionRun(1_000).map((each, n) => ({
          ...each,
          transaction: { ...each.transaction, orderId: `o-${n}` },
        }));
        expect(await handler(kinesisEvent(...inRecords(all)), context(110_000))).toEqual(allDone);
        expect(await orderIds()).toHaveLength(1_000);
        expect(logged.of('batch_consumed')).toMatchObject([{ ordersClaimed: 1_000, rows: 10 }]);
      }, 120_000);

      test('of messages of one order reads that order once', async () => {
        const { handler, tables, proxy, marks } = await build(dynamoDb);
        const all = transactionRun(600);
        expect(await handler(kinesisEvent(...inRecords(all)), context(110_000))).toEqual(allDone);
        const ofOrder = proxy.calls.filter(({ body }) => body.includes(tables.transactions));
        const operations = ofOrder.map(({ operation }) => operation);
        expect(new Set(operations)).toEqual(new Set(['GetItem', 'PutItem']));
        // Where the machine is so busy that a call is not answered in time, it is made again.
        expect(operations.length).toBeLessThan(10);
        expect(new Set(await marks(all.slice(1)))).toEqual(new Set([all[0]!.messageId]));
      }, 120_000);

      test('of duplicates gets on from its head, also where its time is up before its end', async () => {
        const { consumeBy, tables, proxy } = await build(dynamoDb);
        // Each order is sent twice, one behind the other.
        const all = transactionRun(1_000).map((each, n) => ({
          ...each,
          transaction: { ...each.transaction, orderId: `o-${n >> 1}` },
        }));
        const records = inRecords(all).map((bytes, n) => kinesisRecord(bytes, n + 1));
        let claims = 0;
        proxy.treat = ({ operation, body }) => {
          if (operation === 'PutItem' && body.includes(tables.transactions)) claims++;
          return 'forward';
        };
        const failed = await consumeBy(() => claims >= 400, kinesisEvent(...records));
        const { sequenceNumber } = records[0]!.kinesis;
        expect(failed.length).toBeGreaterThan(0);
        expect(failed).not.toContain(sequenceNumber);
      }, 120_000);
    });
  });
});
