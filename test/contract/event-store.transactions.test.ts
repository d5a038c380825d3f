import { connectTransactions } from '@trackline/adapters/event-store/transactions.dynamodb';
import { systemClock } from '@trackline/domain/clock';
import { describe, expect, test } from 'vitest';
import { onEachDynamoDb } from '../helpers/dynamodb.ts';
import type { Treatment } from '../helpers/dynamodb-proxy.ts';
import { eventTimeMs } from '../helpers/events.ts';
import { clickEvent, transactionEvent, transactionRun } from '../helpers/orders.ts';

const soon = () => performance.now() + 15_000;

describe('transactions', () => {
  onEachDynamoDb((dynamoDb) => {
    /** With clicks in memory, and a count of how often they were looked for. */
    async function connected() {
      const clicks = new Map<string, ReturnType<typeof clickEvent>>();
      let looks = 0;
      const find = async (programId: string, messageId: string) => {
        looks++;
        const event = clicks.get(`${programId} ${messageId}`);
        return event ? { event, unknownFields: null, duplicateOf: '' } : null;
      };
      const { adapter: orders, ...rest } = await dynamoDb.connected('transactions', (target) =>
        connectTransactions({ ...target, clicks: { find }, clock: systemClock, random: Math.random }),
      );
      return { orders, clicks, looks: () => looks, ...rest };
    }

    test('the first message claims, the next moves or is a duplicate, a replay is known', async () => {
      const { orders } = await connected();
      const [first, same, moving] = transactionRun(3);
      const approved = { ...moving!, transaction: { ...moving!.transaction, status: 'approved' as const } };
      expect(await orders.settle(first!, null, soon())).toMatchObject({ ok: true, role: 'claim' });
      const duplicate = { ok: true, role: 'duplicate', order: { messageId: first!.messageId } };
      expect(await orders.settle(same!, null, soon())).toMatchObject(duplicate);
      expect(await orders.settle(approved, null, soon())).toMatchObject({ ok: true, role: 'move' });
      for (const each of [first!, approved]) {
        expect(await orders.settle(each, null, soon())).toMatchObject({ ok: true, role: 'replay' });
      }
      expect(await orders.settle(same!, null, soon())).toMatchObject(duplicate);
    });

    test('what it makes of an order is told as it is stored', async () => {
      const { orders } = await connected();
      const [first, moving, same] = transactionRun(3).map((each, n) => ({
        ...each,
        transaction: { ...each.transaction, status: n === 0 ? 'pending' : 'approved' } as const,
      }));
      for (const each of [first!, moving!, same!]) {
        const settled = await orders.settle(each, null, soon());
        expect(settled.ok && settled.order).toEqual(await orders.find('shoes', 'o-1'));
      }
    });

    test('an order that is known is not read again: who is a duplicate or a replay is told at once', async () => {
      const { orders, proxy } = await connected();
      const [first, same, moving] = transactionRun(3);
      const settled = await orders.settle(first!, null, soon());
      const order = settled.ok ? settled.order : null;
      proxy.calls = [];
      expect(await orders.settle(first!, order, soon())).toMatchObject({ role: 'replay', order });
      expect(await orders.settle(same!, order, soon())).toMatchObject({ role: 'duplicate', order });
      expect(proxy.calls).toEqual([]);
      const approved = { ...moving!, transaction: { ...moving!.transaction, status: 'approved' as const } };
      expect(await orders.settle(approved, order, soon())).toMatchObject({ role: 'move' });
      expect(proxy.calls.map(({ operation }) => operation)).toEqual(['UpdateItem']);
    });

    test('an order that has moved since it was known is read again, before anything is written', async () => {
      const { orders } = await connected();
      const [first, other, late] = transactionRun(3).map((each, n) => ({
        ...each,
        transaction: { ...each.transaction, status: n === 0 ? 'pending' : 'approved' } as const,
      }));
      const settled = await orders.settle(first!, null, soon());
      await orders.settle(other!, null, soon());
      expect(await orders.settle(late!, settled.ok ? settled.order : null, soon())).toMatchObject({
        role: 'duplicate',
        order: { status: 'approved', reached: { approved: { messageId: other!.messageId } } },
      });
    });

    test.each(['PutItem', 'UpdateItem'] as const)(
      'who reads an order, and writes it (%s) when another has done so, finds that out',
      async (write) => {
        const { orders, proxy, table } = await connected();
        const [first, late, early] = transactionRun(3).map((each, n) => ({
          ...each,
          transaction: { ...each.transaction, status: n === 0 ? 'pending' : 'approved' } as const,
        }));
        if (write === 'UpdateItem') await orders.settle(first!, null, soon());
        let isHeld = false;
        proxy.treat = async ({ operation, body }): Promise<Treatment> => {
          if (operation !== write || isHeld || !body.includes(late!.messageId)) return 'forward';
          isHeld = true;
          expect(await orders.settle(early!, null, soon())).toMatchObject({ ok: true });
          return 'forward';
        };
        const of = write === 'PutItem' ? early!.messageId : first!.messageId;
        expect(await orders.settle(late!, null, soon())).toMatchObject({
          role: 'duplicate',
          order: { messageId: of },
        });
        expect(isHeld).toBe(true);
        expect(await orders.find('shoes', 'o-1')).toMatchObject({
          messageId: of,
          status: 'approved',
          reached: { approved: { messageId: early!.messageId } },
        });
        expect(await dynamoDb.items(table)).toHaveLength(1);
      },
    );

    test('an order is read consistently, with one read; a click in doubt takes one more', async () => {
      const { orders, clicks, looks, proxy } = await connected();
      const click = clickEvent();
      const message = transactionEvent({}, { clickId: click.messageId });
      await orders.settle(message, null, soon());
      expect(looks()).toBe(1);
      proxy.calls = [];
      expect(await orders.find('shoes', 'o-1')).toMatchObject({ attribution: 'click_unknown' });
      expect(proxy.reads).toEqual(['GetItem']);
      expect(looks()).toBe(2);
      clicks.set(`shoes ${click.messageId}`, click);
      expect(await orders.find('shoes', 'o-1')).toMatchObject({
        attribution: 'attributed',
        publisherId: 'of-the-click',
      });
    });

    test('an order that is attributed once remains so, and its click is not looked for any more', async () => {
      const { orders, clicks, looks } = await connected();
      const click = clickEvent();
      clicks.set(`shoes ${click.messageId}`, click);
      await orders.settle(transactionEvent({}, { clickId: click.messageId }), null, soon());
      clicks.clear();
      expect(await orders.find('shoes', 'o-1')).toMatchObject({ attribution: 'attributed' });
      expect(looks()).toBe(1);
    });

    test('nobody’s order is null', async () => {
      const { orders } = await connected();
      expect(await orders.find('shoes', 'none')).toBeNull();
      expect(await orders.newest('shoes', 10)).toEqual([]);
    });

    test('the newest orders of a program come first, however they are called', async () => {
      const { orders, looks } = await connected();
      const all = transactionRun(25).map((each, n) => ({
        ...each,
        clickId: clickEvent().messageId,
        transaction: { ...each.transaction, orderId: `o-${(n * 7) % 25}` },
      }));
      for (const each of all) await orders.settle(each, null, soon());
      await orders.settle(transactionEvent({}, { programId: 'another' }), null, soon());
      const before = looks();
      const newest = await orders.newest('shoes', 4);
      expect(newest.map(({ messageId }) => messageId)).toEqual(
        all
          .slice(-4)
          .reverse()
          .map(({ messageId }) => messageId),
      );
      // Only what is told is looked for again.
      expect(looks() - before).toBe(4);
      expect(await orders.newest('shoes', 100)).toHaveLength(25);
      expect(newest[0]!.receivedAtMs).toBe(eventTimeMs + 24_000);
    });

    test.each(['drop', 'dropReply', { error: 'ThrottlingException' }] as const)(
      'what fails in passing (%j) is tried again, and ends as if it had not',
      async (treatment) => {
        const { orders, proxy } = await connected();
        // Readings, and a claim.
        const failing = new Set([1, 3, 5]);
        let calls = 0;
        proxy.treat = () => (failing.has(++calls) ? treatment : 'forward');
        const [first, same] = transactionRun(2);
        expect(await orders.settle(first!, null, soon())).toMatchObject({ ok: true });
        expect(await orders.settle(same!, null, soon())).toMatchObject({
          role: 'duplicate',
          order: { messageId: first!.messageId },
        });
        expect(calls).toBeGreaterThan(5);
      },
    );

    test('a click that can’t be looked for leaves the order unclaimed', async () => {
      const { adapter: orders, table } = await dynamoDb.connected('transactions', (target) =>
        connectTransactions({
          ...target,
          clicks: { find: () => Promise.reject(new Error('The table of events is away.')) },
          clock: systemClock,
          random: Math.random,
        }),
      );
      const message = transactionEvent({}, { clickId: clickEvent().messageId });
      expect(await orders.settle(message, null, performance.now() + 300)).toMatchObject({
        ok: false,
        retriable: true,
        detail: 'The table of events is away.',
      });
      expect(await dynamoDb.items(table)).toEqual([]);
    });

    test.each(['AccessDeniedException', 'ResourceNotFoundException'])(
      'what no retry mends (%s) fails at once, and may be settled another time',
      async (error) => {
        const { orders, proxy } = await connected();
        proxy.treat = () => ({ error });
        expect(await orders.settle(transactionEvent(), null, soon())).toMatchObject({
          ok: false,
          code: error,
          retriable: true,
        });
        expect(proxy.calls).toHaveLength(1);
      },
    );

    test.each(['', 'x'.repeat(1_025)])(
      'an order id that is no key fails for good, unasked',
      async (orderId) => {
        const { orders, proxy } = await connected();
        expect(await orders.settle(transactionEvent({ orderId }), null, soon())).toMatchObject({
          ok: false,
          retriable: false,
        });
        expect(proxy.calls).toEqual([]);
      },
    );

    test.each(['o 1', 'ключ', '#', 'x'.repeat(1_024)])(
      'the order id %j is kept as it is',
      async (orderId) => {
        const { orders } = await connected();
        expect(await orders.settle(transactionEvent({ orderId }), null, soon())).toMatchObject({
          role: 'claim',
        });
        expect(await orders.find('shoes', orderId)).toMatchObject({ orderId });
      },
    );

    test('a row larger than the table takes fails for good', async () => {
      const { orders } = await connected();
      const message = transactionEvent({}, { publisherId: 'x'.repeat(420_000) });
      expect(await orders.settle(message, null, soon())).toMatchObject({
        ok: false,
        code: 'ItemTooLarge',
        retriable: false,
      });
    });
  });
});
