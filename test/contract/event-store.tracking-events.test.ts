import { CreateTableCommand, PutItemCommand, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import { itemBytes, itemBytesMax } from '@trackline/adapters/dynamodb/item-size.dynamodb';
import { eventItem } from '@trackline/adapters/event-store/event-item.dynamodb';
import type { RecordedEvent } from '@trackline/domain/tracking-event';
import { describe, expect, onTestFinished, test } from 'vitest';
import { onEachDynamoDb } from '../helpers/dynamodb.ts';
import { eventHour, eventTimeMs, recordedEvent } from '../helpers/events.ts';
import { connectEvents, connectedEvents, soon, storable, stored } from '../helpers/storable.ts';

const some = (count: number, overrides: Partial<RecordedEvent> = {}) =>
  Array.from({ length: count }, () => storable(overrides));

describe('tracking events', () => {
  onEachDynamoDb((dynamoDb) => {
    const connected = () => connectedEvents(dynamoDb);

    test('an event is found by its program and message id, whole, with one read', async () => {
      const { events, proxy } = await connected();
      const transaction = {
        orderId: 'o-1',
        amount: '19.90',
        currency: 'EUR',
        status: 'approved' as const,
        claims: false,
      };
      const full = storable({ type: 'transaction', transaction, bot: true, unverified: true, clickId: 'c' });
      const bare = storable({
        publisherId: '',
        visitorId: '',
        ip: '',
        userAgent: '',
        referrer: '',
        landingUrl: '',
        params: {},
        programVersion: 0,
        instance: '',
        region: '',
      });
      const extended = storable({}, new Uint8Array([0xfa, 0x3f, 0x02, 0x68, 0x69]));
      expect(await events.put([full, bare, extended], soon())).toEqual([stored, stored, stored]);
      proxy.calls = [];
      for (const each of [full, bare, extended]) {
        const found = await events.find('shoes', each.event.messageId);
        expect(found).toEqual({ ...each, duplicateOf: '' });
      }
      expect(proxy.calls).toHaveLength(3);
      expect(proxy.reads).toEqual(['GetItem', 'GetItem', 'GetItem']);
    });

    test('what is not there, or is no message id, is null', async () => {
      const { events } = await connected();
      expect(await events.find('shoes', recordedEvent().messageId)).toBeNull();
      expect(await events.find('shoes', 'nonsense')).toBeNull();
    });

    test('an item is readable, leaves out what is absent, and says when it expires', async () => {
      const { events, table } = await connected();
      const messageId = '019c1434-ab00-7000-8000-000000000000';
      await events.put([storable({ messageId, params: {}, publisherId: '' })], soon());
      expect(await dynamoDb.items(table)).toEqual([
        {
          pk: { S: expect.stringMatching(/^shoes#\d{10}#[0-7]$/) },
          sk: { S: messageId },
          expiresAt: { N: String(eventTimeMs / 1000 + 396 * 24 * 3600) },
          messageId: { S: messageId },
          type: { S: 'impression' },
          programId: { S: 'shoes' },
          programVersion: { N: '3' },
          receivedAtMs: { N: String(eventTimeMs) },
          ip: { S: '192.0.2.0' },
          userAgent: { S: 'Mozilla/5.0' },
          consent: { M: { choice: { S: 'granted' }, basis: { S: 'configuration' } } },
          referrer: { S: 'https://blog.example/post' },
          instance: { S: 'tracker-1' },
          region: { S: 'eu-central-1' },
          writer: { S: 'w1' },
          sequence: { N: expect.any(String) },
        },
      ]);
    });

    test('a repeated write is the same write', async () => {
      const { events, table } = await connected();
      const batch = some(60);
      await events.put(batch, soon());
      const before = await dynamoDb.items(table);
      expect(await events.put(batch, soon())).toEqual(batch.map(() => stored));
      expect(await dynamoDb.items(table)).toEqual(before);
      expect(before).toHaveLength(60);
    });

    test.each(['constructor', '__proto__', 'toString', 'S', 'pk', 'ключ', ' '])(
      'a parameter named %j is kept like any other',
      async (name) => {
        const { events } = await connected();
        const params = Object.fromEntries([
          [name, 'x'],
          ['b', 'y'],
        ]);
        const odd = storable({ params });
        expect(await events.put([odd, storable()], soon())).toEqual([stored, stored]);
        const found = await events.find('shoes', odd.event.messageId);
        // dynalite itself loses this one.
        const lost = dynamoDb.isDynalite && name === '__proto__';
        const kept = Object.entries(params).filter(([each]) => !(lost && each === name));
        expect(Object.entries(found!.event.params).sort()).toEqual(kept.sort());
      },
    );

    test('an hour is read, and counted by type, over all its shards', async () => {
      const { events, proxy } = await connected();
      const batch = [...some(700), ...some(200, { type: 'click' }), ...some(100, { type: 'transaction' })];
      const elsewhere = some(30, { programId: 'another' });
      await events.put([...batch, ...elsewhere], soon());
      // 25 items a call: 0.04 calls per event.
      expect(proxy.count('BatchWriteItem')).toBe(Math.ceil(1030 / 25));

      proxy.calls = [];
      const read = [];
      for await (const { event } of events.inHour('shoes', eventHour)) read.push(event.messageId);
      expect(read.sort()).toEqual(batch.map(({ event }) => event.messageId).sort());
      expect(await events.countInHour('shoes', eventHour)).toEqual({
        impression: 700,
        click: 200,
        transaction: 100,
      });
      expect(await events.countInHour('shoes', '2026051714')).toEqual({});
      expect(new Set(proxy.reads)).toEqual(new Set(['Query']));
    });

    test('an item over 400 KB fails alone, for good, and its 24 neighbours are stored', async () => {
      const { events, table, proxy } = await connected();
      const batch = some(24);
      batch.splice(11, 0, storable({ params: { long: 'x'.repeat(400 * 1024) } }));
      const outcomes = await events.put(batch, soon());
      expect(outcomes[11]).toMatchObject({ ok: false, code: 'ItemTooLarge', retriable: false });
      expect(outcomes.filter(({ ok }) => ok)).toHaveLength(24);
      expect(await dynamoDb.items(table)).toHaveLength(24);
      expect(proxy.count('BatchWriteItem')).toBe(1);
    });

    test.each([
      ['plain', {}],
      [
        'with a transaction',
        { transaction: { orderId: 'o', amount: '1', currency: 'EUR', status: 'pending', claims: true } },
      ],
      ['with odd numbers', { receivedAtMs: Number.MAX_SAFE_INTEGER, programVersion: 1, sequence: 100 }],
      [
        'with many parameters',
        { params: Object.fromEntries([...Array(99).keys()].map((n) => [`ñ${n}`, 'é'])) },
      ],
    ] as [string, Partial<RecordedEvent>][])(
      'our reckoning of an item’s size is never below the table’s, and close: %s',
      async (_, overrides) => {
        const { table } = await connected();
        const { event } = storable({ ...overrides, userAgent: '' });
        const without = itemBytes(eventItem({ event, unknownFields: null }, 0)) + 'userAgent'.length;
        const accepts = async (bytes: number) => {
          const padded = { ...event, userAgent: 'x'.repeat(bytes - without) };
          const Item = eventItem({ event: padded, unknownFields: null }, 0);
          const put = dynamoDb.client.send(new PutItemCommand({ TableName: table, Item }));
          return put.then(
            () => true,
            ({ message }: Error) => message.includes('Item size') && false,
          );
        };
        expect(await accepts(itemBytesMax)).toBe(true);
        // dynalite leaves out the byte for each element of a map.
        if (!dynamoDb.isDynalite) expect(await accepts(itemBytesMax + 16)).toBe(false);
      },
    );

    test('what the table refuses for another cause is found among its neighbours, and fails alone', async () => {
      const { events, table } = await connected();
      const batch = some(49);
      batch.splice(30, 0, storable({ params: { '': 'a name that DynamoDB does not take' } }));
      const outcomes = await events.put(batch, soon());
      // dynalite takes such a name; DynamoDB does not.
      const refused = dynamoDb.isDynalite ? [] : [outcomes[30]];
      expect(outcomes.filter(({ ok }) => !ok)).toEqual(refused);
      expect(await dynamoDb.items(table)).toHaveLength(50 - refused.length);
      for (const outcome of refused) {
        expect(outcome).toMatchObject({ code: 'ValidationException', retriable: false });
      }
    });

    test('a table with other keys is no fault of an item’s: what it refuses may be taken another time', async () => {
      const TableName = 'another-with-other-keys';
      await dynamoDb.client.send(
        new CreateTableCommand({
          TableName,
          AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
          KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
          BillingMode: 'PAY_PER_REQUEST',
        }),
      );
      await waitUntilTableExists({ client: dynamoDb.client, maxWaitTime: 20, minDelay: 1 }, { TableName });
      const events = connectEvents(dynamoDb.target(TableName));
      onTestFinished(() => events.close());
      expect(await events.put(some(2), soon())).toMatchObject([
        { ok: false, code: 'ValidationException', retriable: true },
        { ok: false, code: 'ValidationException', retriable: true },
      ]);
    });

    test('what the table finds too large is too large, whatever we reckoned', async () => {
      const { events, proxy } = await connected();
      const message = 'Item size has exceeded the maximum allowed size';
      proxy.treat = () => ({ error: 'ValidationException', message });
      expect(await events.put([storable()], soon())).toMatchObject([
        { ok: false, code: 'ItemTooLarge', retriable: false },
      ]);
    });

    test('unprocessed items, and they alone, are sent again', async () => {
      const { events, table, proxy } = await connected();
      let calls = 0;
      proxy.treat = () => (++calls <= 3 ? { unprocessed: 10 } : 'forward');
      const batch = some(25);
      expect(await events.put(batch, soon())).toEqual(batch.map(() => stored));
      expect(await dynamoDb.items(table)).toHaveLength(25);
      const sizes = proxy.calls.map(({ body }) => body.split('"PutRequest"').length - 1);
      expect(sizes).toEqual([25, 10, 10, 10]);
    });

    test('what stays unprocessed until the deadline has failed, and only that', async () => {
      const { events, table, proxy } = await connected();
      proxy.treat = () => ({ unprocessed: 10 });
      const batch = some(25);
      const untilMs = performance.now() + 3_000;
      const outcomes = await events.put(batch, untilMs);
      expect(performance.now()).toBeLessThan(untilMs + 5_000);
      expect(outcomes.slice(0, 15)).toEqual(Array(15).fill(stored));
      for (const outcome of outcomes.slice(15)) {
        expect(outcome).toMatchObject({ ok: false, code: 'Unprocessed', retriable: true });
      }
      expect(await dynamoDb.items(table)).toHaveLength(15);
    });

    test.each(['ProvisionedThroughputExceededException', 'ThrottlingException', 'RequestLimitExceeded'])(
      'a call refused by %s is sent again',
      async (error) => {
        const { events, proxy } = await connected();
        let calls = 0;
        proxy.treat = () => (++calls <= 3 ? { error } : 'forward');
        expect(await events.put([storable()], soon())).toEqual([stored]);
        expect(calls).toBe(4);
      },
    );

    test('a connection that is cut is no end', async () => {
      const { events, proxy } = await connected();
      let calls = 0;
      proxy.treat = () => (++calls <= 2 ? 'drop' : 'forward');
      expect(await events.put([storable()], soon())).toEqual([stored]);
    });

    test('a table that never answers is given up at the deadline', async () => {
      const { events, proxy } = await connected();
      proxy.treat = () => 'hang';
      const untilMs = performance.now() + 300;
      const outcomes = await events.put(some(1_000), untilMs);
      expect(performance.now()).toBeLessThan(untilMs + 5_000);
      expect(outcomes).toHaveLength(1_000);
      for (const outcome of outcomes) expect(outcome).toMatchObject({ ok: false, retriable: true });
    });

    test.each(['AccessDeniedException', 'ResourceNotFoundException'])(
      'what no retry mends (%s) fails at once, and may be taken another time',
      async (error) => {
        const { events, proxy } = await connected();
        proxy.treat = () => ({ error });
        const [outcome] = await events.put([storable()], soon());
        expect(outcome).toMatchObject({ ok: false, code: error, retriable: true });
        expect(proxy.calls).toHaveLength(1);
      },
    );

    test('the same event twice in a batch is written once, and told twice', async () => {
      const { events, table } = await connected();
      const twice = storable();
      expect(await events.put([twice, storable(), twice], soon())).toEqual([stored, stored, stored]);
      expect(await dynamoDb.items(table)).toHaveLength(2);
    });
  });
});
