import { randomFillSync } from 'node:crypto';
import { keyedMessageId, newMessageId } from '@trackline/domain/message-id';
import type { RecordedEvent } from '@trackline/domain/tracking-event';
import { buildHandler } from '@trackline/event-consumer/handler';
import { describe, expect, onTestFinished, test } from 'vitest';
import { onEachDynamoDb } from '../helpers/dynamodb.ts';
import type { ProxiedCall } from '../helpers/dynamodb-proxy.ts';
import { eventTimeMs, recordedEvent } from '../helpers/events.ts';
import { allDone, bytesOf, context, kinesisEvent } from '../helpers/kinesis-records.ts';
/** The consumer, and what its tables say of orders and of duplicates. */
import { buildOrderConsumer as build } from '../helpers/order-consumer.ts';
import { clickEvent, transactionEvent } from '../helpers/orders.ts';

describe('orders', () => {
  onEachDynamoDb((dynamoDb) => {
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
  });
});
