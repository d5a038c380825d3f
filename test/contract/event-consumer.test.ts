import { balance } from '@trackline/domain/ledger-balance';
import { buildHandler } from '@trackline/event-consumer/handler';
import { encodeStatement } from '@trackline/proto/tracking-event';
import { describe, expect, onTestFinished, test } from 'vitest';
import { onEachDynamoDb } from '../helpers/dynamodb.ts';
import { buildConsumer } from '../helpers/event-consumer.ts';
import { eventHour, eventRun, eventTimeMs, recordedEvent } from '../helpers/events.ts';
import {
  aggregate,
  allDone,
  bytesOf,
  comeAgain,
  context,
  kinesisEvent,
  kinesisRecord,
} from '../helpers/kinesis-records.ts';
import { statement as anyStatement } from '../helpers/statements.ts';

const statement = anyStatement({
  atMs: eventTimeMs,
  sinceMs: eventTimeMs - 60_000,
  acceptedThrough: 20,
  rejected: 1,
  shed: 2,
  ignored: 3,
  final: true,
  sentThrough: 20,
});

describe('event consumer', () => {
  onEachDynamoDb((dynamoDb) => {
    test('a batch of aggregates, plain records and statements is persisted and balances', async () => {
      const { handler, storedPlaces, rows, ledger, logged } = await buildConsumer(dynamoDb);
      const batch = kinesisEvent(
        aggregate(...eventRun('w1', 1, 12)),
        bytesOf(recordedEvent({ sequence: 13 })),
        aggregate(...eventRun('w2', 100, 3)),
        aggregate(...eventRun('w1', 14, 7)),
        encodeStatement(statement),
      );
      expect(await handler(batch, context())).toEqual(allDone);
      expect(await storedPlaces()).toHaveLength(23);
      expect(await rows('w1')).toEqual(['1-12 0', '13-13 0', '14-20 0']);
      expect(await rows('w2')).toEqual(['100-102 0']);
      const account = await ledger.account('w1');
      expect(account.statements).toEqual([statement]);
      expect(balance('w1', account, eventTimeMs, 60_000)).toMatchObject({
        state: 'closed',
        acceptedThrough: 20,
        persisted: 20,
        missing: [],
        duplicates: 0,
      });
      expect(logged.lines).toMatchObject([
        { event: 'batch_consumed', records: 5, events: 23, rows: 4, statements: 1, failedRecords: 0 },
      ]);
    });

    test('a row says when it was booked', async () => {
      const { handler, ledger } = await buildConsumer(dynamoDb);
      const fromMs = Date.now();
      await handler(kinesisEvent(aggregate(...eventRun('w1', 1, 5))), context());
      const [row] = (await ledger.account('w1')).rows;
      expect(row!.storedAtMs).toBeGreaterThanOrEqual(fromMs);
      expect(row!.storedAtMs).toBeLessThanOrEqual(Date.now());
    });

    test('an event is stored as it was accepted', async () => {
      const { handler, events } = await buildConsumer(dynamoDb);
      const event = recordedEvent({
        type: 'transaction',
        transaction: { orderId: 'o-1', amount: '19.90', currency: 'EUR', status: 'pending', claims: true },
        params: { constructor: 'x', sub1: '' },
        unverified: true,
        sequence: 7,
      });
      await handler(kinesisEvent(bytesOf(event)), context());
      expect(await events.find('shoes', event.messageId)).toEqual({
        event,
        unknownFields: null,
        duplicateOf: '',
      });
      expect(await events.countInHour('shoes', eventHour)).toEqual({ transaction: 1 });
    });

    test('the same batch once more leaves the tables as they are', async () => {
      const { handler, tables } = await buildConsumer(dynamoDb);
      const batch = kinesisEvent(
        aggregate(...eventRun('w1', 1, 60)),
        Buffer.from('nothing'),
        aggregate(...eventRun('w1', 61, 3), Buffer.from('nothing'), ...eventRun('w1', 65, 3)),
        encodeStatement(statement),
      );
      const all = async () => ({
        events: await dynamoDb.items(tables.trackingEvents),
        letters: await dynamoDb.items(tables.deadLetters),
        // A row says when it was stored, which is now.
        ledger: (await dynamoDb.items(tables.ledger)).map(
          ({ storedAtMs: _storedAtMs, expiresAt: _expiresAt, ...rest }) => rest,
        ),
      });
      expect(await handler(batch, context())).toEqual(allDone);
      const before = await all();
      expect(await handler(batch, context())).toEqual(allDone);
      expect(await all()).toEqual(before);
      expect(before.events).toHaveLength(66);
      expect(before.letters).toHaveLength(2);
    });

    test('an event that the batch holds twice is written once, and booked where it stands', async () => {
      const { handler, storedPlaces, rows, proxy, logged } = await buildConsumer(dynamoDb);
      const run = eventRun('w1', 1, 25);
      const batch = kinesisEvent(aggregate(...run), aggregate(...run.slice(10)));
      expect(await handler(batch, context())).toEqual(allDone);
      expect(await storedPlaces()).toHaveLength(25);
      expect(await rows('w1')).toEqual(['1-25 0', '11-25 0']);
      const eventWrites = proxy.calls.filter(({ body }) => body.includes('shoes#'));
      expect(eventWrites).toHaveLength(1);
      expect(logged.of('batch_consumed')).toMatchObject([{ events: 25, duplicates: 15 }]);
    });

    test('what stays unprocessed fails its record alone, which is not booked; the retry mends it', async () => {
      const { handler, consumeBy, storedPlaces, rows, proxy } = await buildConsumer(dynamoDb);
      const full = kinesisRecord(aggregate(...eventRun('w2', 1, 5, { programId: 'hot' })), 102);
      const batch = kinesisEvent(aggregate(...eventRun('w1', 1, 25)), full);
      let tries = 0;
      proxy.treat = ({ body }) => {
        if (!body.includes('"hot#')) return 'forward';
        tries++;
        return { unprocessed: 2 };
      };
      // The time for events is up once the table has had three tries; that for the ledger is not.
      expect(await consumeBy(() => tries >= 3, batch)).toEqual([full.kinesis.sequenceNumber]);
      expect(await rows('w1')).toEqual(['1-25 0']);
      expect(await rows('w2')).toEqual([]);
      proxy.treat = () => 'forward';
      expect(await handler(kinesisEvent(full), context())).toEqual(allDone);
      expect(await rows('w2')).toEqual(['1-5 0']);
      expect(await storedPlaces()).toHaveLength(30);
    });

    test('a throttled table is written with patience', async () => {
      const { handler, storedPlaces, proxy } = await buildConsumer(dynamoDb);
      let calls = 0;
      proxy.treat = () => {
        calls++;
        if (calls % 3 === 0) return { error: 'ProvisionedThroughputExceededException' };
        return calls % 3 === 1 ? { unprocessed: 9 } : 'forward';
      };
      const batch = kinesisEvent(aggregate(...eventRun('w1', 1, 300)));
      expect(await handler(batch, context())).toEqual(allDone);
      expect(await storedPlaces()).toHaveLength(300);
    });

    test.each(['drop', 'hang'] as const)(
      'DynamoDB is down (%s): every record fails, in the time that there is; then it recovers',
      async (treatment) => {
        const { handler, storedPlaces, rows, proxy, logged } = await buildConsumer(dynamoDb);
        const records = [1, 101, 201].map((first) =>
          kinesisRecord(aggregate(...eventRun('w1', first, 100)), 100 + first),
        );
        const bad = kinesisRecord(Buffer.from('nothing'), 900);
        const batch = kinesisEvent(...records, bad, kinesisRecord(encodeStatement(statement), 901));
        proxy.treat = () => treatment;
        const fromMs = performance.now();
        const { batchItemFailures } = await handler(batch, context(2_000));
        // Far more than there is, for a machine that has other work; without a deadline it would never end.
        expect(performance.now() - fromMs).toBeLessThan(20_000);
        const failed = batchItemFailures.map(({ itemIdentifier }) => itemIdentifier).sort();
        expect(failed).toEqual(batch.Records.map(({ kinesis }) => kinesis.sequenceNumber).sort());
        const targets = new Set(logged.of('write_failed').map(({ target }) => target));
        expect([...targets].sort()).toEqual(['dead_letters', 'events', 'ledger']);

        proxy.treat = () => 'forward';
        expect(await handler(batch, context())).toEqual(allDone);
        expect(await storedPlaces()).toHaveLength(300);
        expect(await rows('w1')).toEqual(['1-100 0', '101-200 0', '201-300 0']);
      },
    );

    test('a dead letter that is not kept fails its record, and no other', async () => {
      const { handler, storedPlaces, letters, tables, proxy, logged } = await buildConsumer(dynamoDb);
      const bad = kinesisRecord(Buffer.from('nothing'), 900);
      const batch = kinesisEvent(
        aggregate(...eventRun('w1', 1, 5)),
        bad,
        bytesOf(recordedEvent({ sequence: 6 })),
      );
      proxy.treat = ({ body }) =>
        body.includes(tables.deadLetters) ? { error: 'AccessDeniedException' } : 'forward';
      expect(await handler(batch, context())).toEqual(comeAgain(bad));
      expect(await storedPlaces()).toHaveLength(6);
      expect(logged.of('dead_lettered')).toEqual([]);
      expect(logged.of('batch_consumed')).toMatchObject([{ deadLetters: 0, failedRecords: 1 }]);
      proxy.treat = () => 'forward';
      expect(await handler(kinesisEvent(bad), context())).toEqual(allDone);
      expect(await letters()).toHaveLength(1);
      expect(logged.of('dead_lettered')).toMatchObject([{ count: 1 }]);
    });

    test.each(['hang', 'drop', { unprocessed: 25 }] as const)(
      'a table of dead letters that takes none (%j) holds up nothing that has none',
      async (treatment) => {
        const { handler, rows, ledger, tables, proxy } = await buildConsumer(dynamoDb);
        const bad = kinesisRecord(aggregate(...eventRun('w1', 6, 2), Buffer.from('nothing')), 900);
        const batch = kinesisEvent(
          aggregate(...eventRun('w1', 1, 5)),
          bad,
          aggregate(...eventRun('w1', 9, 5)),
          encodeStatement(statement),
        );
        proxy.treat = ({ body }) => (body.includes(tables.deadLetters) ? treatment : 'forward');
        expect(await handler(batch, context(3_000))).toEqual(comeAgain(bad));
        expect(await rows('w1')).toEqual(['1-5 0', '9-13 0']);
        expect((await ledger.account('w1')).statements).toEqual([statement]);
        proxy.treat = () => 'forward';
        expect(await handler(kinesisEvent(bad), context())).toEqual(allDone);
        expect(await rows('w1')).toEqual(['1-5 0', '6-8 1', '9-13 0']);
      },
    );

    test.each([
      ['ahead', 1],
      ['behind', -1],
    ])('a statement from a clock that is years %s counts from when it arrived', async (_, sign) => {
      const { handler, ledger } = await buildConsumer(dynamoDb);
      const offMs = sign * 365 * 86_400_000;
      const off = {
        ...statement,
        atMs: eventTimeMs + offMs,
        oldestUnsentAtMs: eventTimeMs + offMs - 7_000,
      };
      const offWithNone = { ...off, writer: 'w2', oldestUnsentAtMs: 0 };
      const records = [off, offWithNone].map(encodeStatement);
      expect(await handler(kinesisEvent(...records), context())).toEqual(allDone);
      const atMs = eventTimeMs + sign * 300_000;
      expect((await ledger.account('w1')).statements).toEqual([
        { ...off, atMs, oldestUnsentAtMs: atMs - 7_000 },
      ]);
      expect((await ledger.account('w2')).statements).toEqual([{ ...offWithNone, atMs }]);
    });

    test('a row that is not booked fails its record, and the retry books it', async () => {
      const { handler, rows, tables, proxy } = await buildConsumer(dynamoDb);
      const first = kinesisRecord(aggregate(...eventRun('w1', 1, 5)), 1);
      const second = kinesisRecord(encodeStatement(statement), 2);
      proxy.treat = ({ body }) =>
        body.includes(tables.ledger) ? { error: 'AccessDeniedException' } : 'forward';
      expect(await handler(kinesisEvent(first, second), context())).toEqual(comeAgain(first, second));
      proxy.treat = () => 'forward';
      expect(await handler(kinesisEvent(first, second), context())).toEqual(allDone);
      expect(await rows('w1')).toEqual(['1-5 0']);
    });

    test('clients are built at the first call and used again; a failed build is tried again', async () => {
      const { config, storedPlaces } = await buildConsumer(dynamoDb);
      let builds = 0;
      const handler = buildHandler(() => {
        if (++builds === 1) throw new Error('The configuration cannot be used.');
        return config;
      });
      onTestFinished(() => handler.close());
      const batch = kinesisEvent(aggregate(...eventRun('w1', 1, 2)));
      expect(builds).toBe(0);
      expect(await handler(batch, context())).toEqual(comeAgain(...batch.Records));
      expect(await handler(batch, context())).toEqual(allDone);
      expect(await handler(batch, context())).toEqual(allDone);
      expect(builds).toBe(2);
      expect(await storedPlaces()).toHaveLength(2);
    });

    test('an empty batch is done', async () => {
      const { handler } = await buildConsumer(dynamoDb);
      expect(await handler({ Records: [] }, context())).toEqual(allDone);
    });

    test('10,000 events in 40 aggregates cost one call for every 25 events, and two for the ledger', async () => {
      const { handler, events, proxy, logged } = await buildConsumer(dynamoDb);
      const aggregates = Array.from({ length: 40 }, (_, n) => aggregate(...eventRun('w1', n * 250 + 1, 250)));
      expect(await handler(kinesisEvent(...aggregates), context(110_000))).toEqual(allDone);
      expect(await events.countInHour('shoes', eventHour)).toEqual({ impression: 10_000 });
      expect(proxy.calls).toHaveLength(400 + 2);
      expect(logged.of('batch_consumed')).toMatchObject([{ events: 10_000, rows: 40 }]);
    }, 120_000);
  });
});
