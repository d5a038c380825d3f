import { type AttributeValue, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { Reason } from '@trackline/domain/verdict';
import { describe, expect, test } from 'vitest';
import { buildTestUpdater, coreDataUpdate } from '../helpers/core-data-updater.ts';
import { onEachDynamoDb } from '../helpers/dynamodb.ts';
import { allDone, context, kinesisEvent, kinesisRecord } from '../helpers/kinesis-records.ts';
import { onRealRedis } from '../helpers/real-redis.ts';

/** Core-data JSON that is bad in any way: each becomes a dead letter, its neighbours are applied, the next works. */

const json = (value: unknown) => Buffer.from(JSON.stringify(value));
const without = (field: string) => {
  const { [field]: _, ...rest } = JSON.parse(coreDataUpdate(2).toString()) as Record<string, unknown>;
  return json(rest);
};

const badUpdates: readonly (readonly [name: string, bytes: Uint8Array, reason: Reason])[] = [
  ['empty', Buffer.alloc(0), 'update_not_json'],
  ['not UTF-8', Buffer.concat([Buffer.from([0xff, 0xfe]), coreDataUpdate(2)]), 'update_not_utf8'],
  ['not JSON', Buffer.from('{"id":'), 'update_not_json'],
  ['an array', json([JSON.parse(coreDataUpdate(2).toString())]), 'update_invalid'],
  ['null', json(null), 'update_invalid'],
  ['no program id', without('id'), 'update_invalid'],
  ['an id outside the pattern', coreDataUpdate(2, { id: 'aurora/shoes' }), 'update_invalid'],
  ['an id of 65 characters', coreDataUpdate(2, { id: 'a'.repeat(65) }), 'update_invalid'],
  ['no version', without('version'), 'update_invalid'],
  ['a float as version', coreDataUpdate(1.5), 'update_invalid'],
  ['a negative version', coreDataUpdate(-1), 'update_invalid'],
  ['version 2⁵³', coreDataUpdate(2 ** 53), 'update_invalid'],
  ['a landing URL of file:', coreDataUpdate(2, { landingUrl: 'file:///etc/passwd' }), 'update_invalid'],
  ['a description of 1 MB', coreDataUpdate(2, { description: 'x'.repeat(1024 * 1024) }), 'update_too_large'],
];

describe('bad core-data updates', () => {
  onRealRedis((redis) => {
    onEachDynamoDb((dynamoDb) => {
      test.each(badUpdates)('%s', async (_, bytes, reason) => {
        const { updater, letters, inStore, table, logged } = await buildTestUpdater(dynamoDb, redis.server);
        const bad = kinesisRecord(bytes, 2, 'trackline-core-data');
        const [before, after] = ['before', 'after'].map((id) => coreDataUpdate(1, { id }));
        const batch = kinesisEvent(before!, bad, after!);
        expect(await updater.handler(batch, context())).toEqual(allDone);

        const [letter, ...others] = await letters();
        expect(others).toEqual([]);
        expect(letter).toMatchObject({
          reason,
          size: bytes.length,
          origin: { stream: 'trackline-core-data', sequenceNumber: bad.kinesis.sequenceNumber, index: 0 },
        });
        expect(letter!.detail).not.toBe('');
        expect(Buffer.from(letter!.bytes).equals(bytes)).toBe(true);
        for (const id of ['before', 'after']) {
          expect(await table.latest(id)).not.toBeNull();
          expect(await inStore(id)).toMatchObject({ version: 1 });
        }
        expect(await table.latest('aurora-shoes')).toBeNull();
        expect(logged.of('dead_lettered')).toMatchObject([{ reason }]);
        expect(logged.of('batch_updated')).toMatchObject([{ updates: 3, applied: 2, deadLettered: 1 }]);

        expect(await updater.handler(kinesisEvent(coreDataUpdate(3)), context())).toEqual(allDone);
        expect(await inStore('aurora-shoes')).toMatchObject({ version: 3 });
      });

      test.each<[string, string, Record<string, AttributeValue>]>([
        ['a version of it', 'history#', { program: { S: '{"kind":"of another build"}' } }],
        ['its newest version', 'latest#', { version: { S: 'seven' } }],
      ])(
        'a row that this build can’t read, %s: a dead letter, and its neighbours go on',
        async (_, of, damage) => {
          const { updater, config, letters, inStore } = await buildTestUpdater(dynamoDb, redis.server);
          const batch = kinesisEvent(coreDataUpdate(7), coreDataUpdate(1, { id: 'other' }));
          expect(await updater.handler(batch, context())).toEqual(allDone);
          const rows = await dynamoDb.items(config.tables.programs);
          const row = rows.find(({ pk, sk }) => `${pk!.S}${sk!.S}`.match(`^${of}.*aurora`))!;
          const put = { TableName: config.tables.programs, Item: { ...row, ...damage } };
          await dynamoDb.client.send(new PutItemCommand(put));

          const again = kinesisEvent(coreDataUpdate(7), coreDataUpdate(2, { id: 'other' }));
          expect(await updater.handler(again, context())).toEqual(allDone);
          expect(await letters()).toMatchObject([
            { reason: 'program_unreadable', detail: expect.stringContaining(`Row ${row.pk!.S}`) },
          ]);
          expect(await inStore('other')).toMatchObject({ version: 2 });
        },
      );

      test('an older version is dropped and counted, and no dead letter', async () => {
        const { updater, letters, inStore, logged } = await buildTestUpdater(dynamoDb, redis.server);
        const batch = kinesisEvent(coreDataUpdate(5), coreDataUpdate(4, { name: 'Old' }));
        expect(await updater.handler(batch, context())).toEqual(allDone);
        expect(await inStore('aurora-shoes')).toMatchObject({ version: 5, name: 'Aurora Shoes' });
        expect(await letters()).toEqual([]);
        expect(logged.of('batch_updated')).toMatchObject([{ applied: 1, older: 1, deadLettered: 0 }]);
      });

      test('deleted, then an older update: dropped', async () => {
        const { updater, letters, inStore, table, logged } = await buildTestUpdater(dynamoDb, redis.server);
        const deletion = json({ id: 'aurora-shoes', version: 6, deleted: true });
        const batch = kinesisEvent(coreDataUpdate(1), deletion, coreDataUpdate(5));
        expect(await updater.handler(batch, context())).toEqual(allDone);
        expect(await inStore('aurora-shoes')).toEqual({ id: 'aurora-shoes', version: 6, deleted: true });
        expect((await table.latest('aurora-shoes'))?.program.deleted).toBe(true);
        expect(await letters()).toEqual([]);
        expect(logged.of('batch_updated')).toMatchObject([{ applied: 2, older: 1 }]);
      });

      test('an unknown field is ignored', async () => {
        const { updater, letters, inStore } = await buildTestUpdater(dynamoDb, redis.server);
        const odd = coreDataUpdate(1, { colour: 'red', budget: { currency: 'EUR' } });
        expect(await updater.handler(kinesisEvent(odd), context())).toEqual(allDone);
        expect(await letters()).toEqual([]);
        const program = await inStore('aurora-shoes');
        expect(program).toMatchObject({ version: 1, name: 'Aurora Shoes' });
        expect(program).not.toHaveProperty('colour');
      });
    });
  });
});
