import { randomFillSync } from 'node:crypto';
import { keyedMessageId, newMessageId } from '@trackline/domain/message-id';
import type { RecordedEvent, TransactionStatus } from '@trackline/domain/tracking-event';
import { buildHandler } from '@trackline/event-consumer/handler';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { onEachDynamoDb, type TestDynamoDb } from '../helpers/dynamodb.ts';
import type { ProxiedCall, Treatment } from '../helpers/dynamodb-proxy.ts';
import { buildConsumer } from '../helpers/event-consumer.ts';
import { eventTimeMs, recordedEvent } from '../helpers/events.ts';
import {
  aggregate,
  allDone,
  bytesOf,
  comeAgain,
  context,
  kinesisEvent,
  kinesisRecord,
} from '../helpers/kinesis-records.ts';
import { clickEvent, keyedId, transactionEvent, transactionRun } from '../helpers/orders.ts';

/** The consumer, and what its tables say of orders and of duplicates. */
async function build(dynamoDb: TestDynamoDb) {
  const consumer = await buildConsumer(dynamoDb);
  return {
    ...consumer,
    /** Consumes events, each in a record of its own, in one batch. */
    consume: (...events: readonly RecordedEvent[]) =>
      consumer.handler(kinesisEvent(...events.map(bytesOf)), context()),
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
function messages(...statuses: readonly TransactionStatus[]) {
  return transactionRun(statuses.length).map((each, index) => ({
    ...each,
    transaction: { ...each.transaction, status: statuses[index]!, amount: String(index) },
  }));
}

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

    describe('attribution', () => {
      const naming = (clickId: string, overrides: Partial<RecordedEvent> = {}) =>
        transactionEvent({}, { clickId, publisherId: 'of-the-call', ...overrides });

      test('to a click of the same batch, wherever that stands in it, and of before', async () => {
        const { consume, order } = await build(dynamoDb);
        const click = clickEvent();
        expect(await consume(naming(click.messageId), { ...click, sequence: 2 })).toEqual(allDone);
        expect(await order()).toMatchObject({
          attribution: 'attributed',
          clickId: click.messageId,
          publisherId: 'of-the-click',
        });
        await consume({
          ...naming(click.messageId),
          transaction: { ...transactionEvent().transaction, orderId: 'o-2' },
          messageId: newMessageId(eventTimeMs, randomFillSync),
        });
        expect(await order('o-2')).toMatchObject({ attribution: 'attributed' });
      });

      test('a click that is older than the window has expired, and is not even looked for', async () => {
        const { consume, order, proxy } = await build(dynamoDb);
        const click = clickEvent({
          messageId: newMessageId(eventTimeMs - 30 * 86_400_000 - 1, randomFillSync),
        });
        await consume(click);
        proxy.calls = [];
        await consume(naming(click.messageId));
        const isRead = ({ operation, body }: ProxiedCall) =>
          operation === 'GetItem' && body.includes(click.messageId);
        expect(proxy.calls.filter(isRead)).toEqual([]);
        expect(await order()).toMatchObject({ attribution: 'click_expired', publisherId: 'of-the-call' });
      });

      test('the window is the operator’s to choose', async () => {
        const { config, order } = await build(dynamoDb);
        const handler = buildHandler(() => ({ ...config, clickLookBackMs: 1_800_000 }));
        onTestFinished(() => handler.close());
        const click = clickEvent();
        await handler(kinesisEvent(bytesOf(click), bytesOf(naming(click.messageId))), context());
        expect(await order()).toMatchObject({ attribution: 'click_expired' });
      });

      test('a click that is not there is unknown, until it comes: it is looked for with each reading', async () => {
        const { consume, order, orders, events } = await build(dynamoDb);
        const click = clickEvent();
        await consume(naming(click.messageId));
        const unknown = { attribution: 'click_unknown', publisherId: 'of-the-call' };
        expect(await order()).toMatchObject(unknown);
        expect(await orders.newest('shoes', 10)).toMatchObject([unknown]);
        await events.put([{ event: click, unknownFields: null }], performance.now() + 10_000);
        const found = { attribution: 'attributed', publisherId: 'of-the-click' };
        expect(await order()).toMatchObject(found);
        expect(await orders.newest('shoes', 10)).toMatchObject([found]);
      });

      test.each([
        ['that is no message id', 'c-1', null],
        ['of what is no click', null, clickEvent({ type: 'impression' })],
        ['of another program’s click', null, clickEvent({ programId: 'another' })],
      ])('a click id %s stays unknown', async (_, clickId, stored) => {
        const { consume, order } = await build(dynamoDb);
        if (stored) await consume(stored);
        await consume(naming(clickId ?? stored!.messageId));
        expect(await order()).toMatchObject({ attribution: 'click_unknown', publisherId: 'of-the-call' });
      });

      test('a click whose id a client makes its key stays as it was', async () => {
        const { consume, order, events } = await build(dynamoDb);
        const click = clickEvent();
        await consume(click);
        // The nearest that a client comes: its time, and all of its other bits that a key decides.
        const bytes = Buffer.from(click.messageId.replaceAll('-', ''), 'hex');
        const messageId = keyedMessageId(click.receivedAtMs, bytes);
        await consume(recordedEvent({ messageId, type: 'click', publisherId: 'thief', sequence: 2 }));
        expect((await events.find('shoes', click.messageId))!.event).toEqual(click);
        await consume(naming(click.messageId, { sequence: 3 }));
        expect(await order()).toMatchObject({ attribution: 'attributed', publisherId: 'of-the-click' });
      });
    });

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
            const records = [click, ...all].map((each, n) => kinesisRecord(bytesOf(each), n + 1));
            const other = kinesisRecord(bytesOf(recordedEvent({ writer: 'w2' })), 9);
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
        expect(ofOrder.map(({ operation }) => operation)).toEqual(['GetItem', 'PutItem']);
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
