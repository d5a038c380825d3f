import { describe, expect, test } from 'vitest';
import { onEachDynamoDb } from '../helpers/dynamodb.ts';
import { eventHour } from '../helpers/events.ts';
import { keyedId, transactionEvent } from '../helpers/orders.ts';
import { connectedEvents, soon, storable, stored } from '../helpers/storable.ts';

describe('tracking events', () => {
  onEachDynamoDb((dynamoDb) => {
    const connected = () => connectedEvents(dynamoDb);

    describe('under an id that its client chose, and of a transaction', () => {
      const chosen = [
        ['under a chosen id', () => storable({ messageId: keyedId() })],
        ['a transaction', () => ({ event: transactionEvent({}, { sequence: 4 }), unknownFields: null })],
      ] as const;

      test.each(chosen)('%s: the first event stays, and what comes later is absorbed', async (_, make) => {
        const { events, table } = await connected();
        const first = make();
        const { messageId } = first.event;
        expect(await events.put([first], soon())).toEqual([stored]);
        const later = [{ ...first, event: { ...first.event, publisherId: 'other' } }, storable()];
        expect(await events.put(later, soon())).toEqual([stored, stored]);
        expect((await events.find('shoes', messageId))!.event).toEqual(first.event);
        expect(await dynamoDb.items(table)).toHaveLength(2);
      });

      test('each has its outcome, in order, among those that are written in batches', async () => {
        const { events, proxy } = await connected();
        const batch = [...Array(60).keys()].map((n) => storable(n % 3 === 0 ? { messageId: keyedId() } : {}));
        batch[30] = storable({ messageId: keyedId(), params: { long: 'x'.repeat(400 * 1024) } });
        const refused = batch[33]!.event.messageId;
        proxy.treat = ({ operation, body }) =>
          operation === 'PutItem' && body.includes(refused) ? { error: 'AccessDeniedException' } : 'forward';
        const outcomes = await events.put(batch, soon());
        expect(outcomes).toHaveLength(60);
        expect(outcomes[30]).toMatchObject({ ok: false, code: 'ItemTooLarge', retriable: false });
        expect(outcomes[33]).toMatchObject({ ok: false, code: 'AccessDeniedException', retriable: true });
        expect(outcomes.filter(({ ok }) => ok)).toHaveLength(58);
        expect(proxy.count('PutItem')).toBe(19);
        expect(proxy.count('BatchWriteItem')).toBe(2);
      });

      test.each(['drop', 'dropReply', { error: 'ThrottlingException' }] as const)(
        'a put that fails in passing (%j) is tried again',
        async (treatment) => {
          const { events, proxy } = await connected();
          let calls = 0;
          proxy.treat = () => (++calls <= 2 ? treatment : 'forward');
          const event = storable({ messageId: keyedId() });
          expect(await events.put([event], soon())).toEqual([stored]);
          expect(calls).toBe(3);
          expect((await events.find('shoes', event.event.messageId))!.event).toEqual(event.event);
        },
      );

      test('a table that never answers is given up at the deadline', async () => {
        const { events, proxy } = await connected();
        proxy.treat = () => 'hang';
        const untilMs = performance.now() + 300;
        const outcomes = await events.put(
          [...Array(100)].map(() => storable({ messageId: keyedId() })),
          untilMs,
        );
        expect(performance.now()).toBeLessThan(untilMs + 5_000);
        expect(outcomes).toHaveLength(100);
        for (const outcome of outcomes) expect(outcome).toMatchObject({ ok: false, retriable: true });
      });

      test('what the table never takes fails alone, and for good', async () => {
        const { events, proxy } = await connected();
        const message = 'One or more parameter values were invalid: a name is empty';
        proxy.treat = () => ({ error: 'ValidationException', message });
        expect(await events.put([storable({ messageId: keyedId() })], soon())).toMatchObject([
          { ok: false, code: 'ValidationException', retriable: false },
        ]);
      });
    });

    describe('a duplicate', () => {
      test('is marked, once or more often, and is told so by every reader', async () => {
        const { events } = await connected();
        const event = transactionEvent();
        await events.put([{ event, unknownFields: null }], soon());
        for (let n = 0; n < 2; n++)
          expect(await events.markDuplicate(event, 'first', soon())).toEqual(stored);
        const marked = { event, unknownFields: null, duplicateOf: 'first' };
        expect(await events.find('shoes', event.messageId)).toEqual(marked);
        const read = [];
        for await (const each of events.inHour('shoes', eventHour)) read.push(each);
        expect(read).toEqual([marked]);
        const { messageId } = event;
        expect(await events.readBack('shoes', messageId, soon())).toEqual({ ok: true, value: marked });
      });

      test('keeps its mark when it is stored again', async () => {
        const { events, table } = await connected();
        const event = transactionEvent();
        await events.put([{ event, unknownFields: null }], soon());
        await events.markDuplicate(event, 'first', soon());
        const before = await dynamoDb.items(table);
        await events.put([{ event, unknownFields: null }], soon());
        expect(await dynamoDb.items(table)).toEqual(before);
      });

      test('that is stored no more gets no mark, and no item', async () => {
        const { events, table } = await connected();
        expect(await events.markDuplicate(transactionEvent(), 'first', soon())).toEqual(stored);
        expect(await dynamoDb.items(table)).toEqual([]);
      });

      test.each(['markDuplicate', 'readBack'] as const)(
        '%s fails as a value, in the time that there is',
        async (what) => {
          const { events, proxy } = await connected();
          const event = transactionEvent();
          const act = (untilMs: number) =>
            what === 'readBack'
              ? events.readBack('shoes', event.messageId, untilMs)
              : events.markDuplicate(event, 'first', untilMs);
          proxy.treat = () => 'hang';
          const untilMs = performance.now() + 300;
          expect(await act(untilMs)).toMatchObject({ ok: false, retriable: true });
          expect(performance.now()).toBeLessThan(untilMs + 5_000);
          proxy.treat = () => ({ error: 'AccessDeniedException' });
          expect(await act(soon())).toMatchObject({ ok: false, code: 'AccessDeniedException' });
        },
      );
    });
  });
});
