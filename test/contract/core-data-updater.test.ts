import { randomUUID } from 'node:crypto';
import { keys } from '@trackline/adapters/program-store/program-store';
import { connectProgramStoreWriter } from '@trackline/adapters/program-store/program-store.redis';
import { rebuildProgramStore } from '@trackline/adapters/program-store/rebuild';
import type { ProgramTableReader } from '@trackline/adapters/program-table/program-table';
import { buildUpdater } from '@trackline/core-data-updater/handler';
import { describe, expect, onTestFinished, test } from 'vitest';
import { buildTestUpdater, coreDataUpdate } from '../helpers/core-data-updater.ts';
import { onEachDynamoDb } from '../helpers/dynamodb.ts';
import {
  aggregate,
  allDone,
  comeAgain,
  context,
  kinesisEvent,
  kinesisRecord,
} from '../helpers/kinesis-records.ts';
import { onRealRedis } from '../helpers/real-redis.ts';
import { until } from '../helpers/until.ts';

describe('core-data updater', () => {
  onRealRedis((redis) => {
    onEachDynamoDb((dynamoDb) => {
      const build = () => buildTestUpdater(dynamoDb, redis.server);

      test('an update is in the table first, then in the store, counted and announced', async () => {
        const { updater, client, inStore, table, history, logged } = await build();
        const listener = client.duplicate();
        onTestFinished(async () => {
          await listener.quit();
        });
        const announced: string[] = [];
        listener.on('message', (_, text) => announced.push(text));
        await listener.subscribe(keys.channel);

        const batch = kinesisEvent(coreDataUpdate(1), coreDataUpdate(2, { status: 'paused' }));
        expect(await updater.handler(batch, context())).toEqual(allDone);
        expect(await history('aurora-shoes')).toEqual([2, 1]);
        const paused = { id: 'aurora-shoes', version: 2, status: 'paused' };
        expect((await table.latest('aurora-shoes'))?.program).toMatchObject(paused);
        expect(await inStore('aurora-shoes')).toMatchObject(paused);
        expect(await client.get(keys.seq)).toBe('2');
        await listener.ping();
        expect(announced.map((text) => JSON.parse(text) as object)).toMatchObject([
          { seq: 1, version: 1 },
          { seq: 2, id: 'aurora-shoes', version: 2, program: paused },
        ]);
        expect(logged.lines).toMatchObject([
          { event: 'batch_updated', records: 2, updates: 2, applied: 2, failedRecords: 0 },
        ]);
      });

      test('updates of an aggregate are taken like plain ones, in order', async () => {
        const { updater, history, inStore, letters } = await build();
        const data = aggregate(coreDataUpdate(1), coreDataUpdate(2), Buffer.from('{'), coreDataUpdate(3));
        expect(await updater.handler(kinesisEvent(data), context())).toEqual(allDone);
        expect(await history('aurora-shoes')).toEqual([3, 2, 1]);
        expect(await inStore('aurora-shoes')).toMatchObject({ version: 3 });
        expect(await letters()).toMatchObject([{ reason: 'update_not_json', origin: { index: 2 } }]);
      });

      test('the same batch once more changes and announces nothing', async () => {
        const { updater, client, history, logged } = await build();
        const batch = kinesisEvent(coreDataUpdate(1), coreDataUpdate(2), coreDataUpdate(1, { id: 'other' }));
        await updater.handler(batch, context());
        expect(await updater.handler(batch, context())).toEqual(allDone);
        expect(await client.get(keys.seq)).toBe('3');
        expect(await history('aurora-shoes')).toEqual([2, 1]);
        expect(logged.of('batch_updated')[1]).toMatchObject({ applied: 0, older: 1, same: 2 });
      });

      test('an equal version with another body: the first stays, an alarm, a dead letter, and the shard goes on', async () => {
        const { updater, inStore, table, letters, logged } = await build();
        const other = coreDataUpdate(1, { name: 'Another' });
        const batch = kinesisEvent(coreDataUpdate(1), other, coreDataUpdate(1, { id: 'next' }));
        expect(await updater.handler(batch, context())).toEqual(allDone);
        expect((await table.latest('aurora-shoes'))?.program).toMatchObject({ name: 'Aurora Shoes' });
        expect(await inStore('aurora-shoes')).toMatchObject({ name: 'Aurora Shoes' });
        expect(await inStore('next')).not.toBeNull();
        const [letter] = await letters();
        expect(letter).toMatchObject({ reason: 'update_conflict' });
        expect(Buffer.from(letter!.bytes).equals(other)).toBe(true);
        expect(logged.of('version_conflict')).toMatchObject([
          { in: 'table', programId: 'aurora-shoes', version: 1, level: 50 },
        ]);
        expect(logged.of('batch_updated')).toMatchObject([{ applied: 2, conflicts: 1 }]);
      });

      test('a store that holds another body than the table raises an alarm, and no dead letter', async () => {
        const { updater, client, letters, logged, table } = await build();
        const text = coreDataUpdate(1, { name: 'Nobody knows whence' }).toString();
        await client.hset(keys.program('aurora-shoes'), { version: '1', program: text });
        expect(await updater.handler(kinesisEvent(coreDataUpdate(1)), context())).toEqual(allDone);
        expect(await table.latest('aurora-shoes')).not.toBeNull();
        expect(await letters()).toEqual([]);
        expect(logged.of('version_conflict')).toMatchObject([{ in: 'store', programId: 'aurora-shoes' }]);
      });

      test('Redis takes no writes: the records fail, and the retry mends Redis though the table has them', async () => {
        const { updater, client, inStore, history, logged } = await build();
        const batch = kinesisEvent(coreDataUpdate(1), coreDataUpdate(1, { id: 'other' }));
        await client.config('SET', 'maxmemory', '1');
        onTestFinished(async () => {
          await client.config('SET', 'maxmemory', '0');
        });
        expect(await updater.handler(batch, context())).toEqual(comeAgain(...batch.Records));
        expect(await history('aurora-shoes')).toEqual([1]);
        expect(await inStore('aurora-shoes')).toBeNull();
        expect(logged.of('update_failed')).toHaveLength(2);

        await client.config('SET', 'maxmemory', '0');
        expect(await updater.handler(batch, context())).toEqual(allDone);
        expect(await inStore('aurora-shoes')).toMatchObject({ version: 1 });
        expect(await inStore('other')).toMatchObject({ version: 1 });
      });

      test('Redis is killed: the record fails; when it is back, empty, the retry mends it', async () => {
        const { updater, inStore, history } = await build();
        const batch = kinesisEvent(coreDataUpdate(2));
        await updater.handler(kinesisEvent(coreDataUpdate(1)), context());
        await redis.server.kill();
        try {
          expect(await updater.handler(batch, context())).toEqual(comeAgain(...batch.Records));
          expect(await history('aurora-shoes')).toEqual([2, 1]);
        } finally {
          await redis.server.restart();
        }
        await until('the updater to be connected again', async () => {
          const { batchItemFailures } = await updater.handler(batch, context());
          return batchItemFailures.length === 0;
        });
        expect(await inStore('aurora-shoes')).toMatchObject({ version: 2 });
      });

      test('Redis does not answer: what the time is up for has failed, and the answer comes in time', async () => {
        const { updater, client, inStore, logged, proxy } = await build();
        const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
        const batch = kinesisEvent(...ids.map((id) => coreDataUpdate(1, { id })));
        await updater.handler(kinesisEvent(coreDataUpdate(1)), context());
        await client.client('PAUSE', 60_000, 'WRITE');
        try {
          expect(await updater.handler(batch, context(5_000))).toEqual(comeAgain(...batch.Records));
        } finally {
          await client.client('UNPAUSE');
        }
        // A store that does not answer costs two seconds: there is time for two updates at most.
        expect(
          logged
            .of('update_failed')
            .map(({ err }) => (err as Error).message)
            .slice(2),
        ).toEqual(Array(4).fill('The time was up before it was tried.'));
        expect(proxy.calls.filter(({ body }) => /history#[c-f]"/.test(body))).toEqual([]);
        expect(await updater.handler(batch, context())).toEqual(allDone);
        for (const id of ids) expect(await inStore(id)).toMatchObject({ version: 1 });
      });

      test.each(['drop', 'hang'] as const)(
        'DynamoDB is down (%s): every record fails, in the time that there is; then it recovers',
        async (treatment) => {
          const { updater, proxy, inStore } = await build();
          const bad = kinesisRecord(Buffer.from('['), 900);
          const batch = kinesisEvent(coreDataUpdate(1), bad, coreDataUpdate(1, { id: 'other' }));
          proxy.treat = () => treatment;
          expect(await updater.handler(batch, context(3_500))).toEqual(comeAgain(...batch.Records));
          // A call that hangs is given up with the invocation, and neither repeated nor followed by another.
          if (treatment === 'hang') expect(proxy.calls.length).toBeLessThanOrEqual(1);
          expect(await inStore('aurora-shoes')).toBeNull();
          proxy.treat = () => 'forward';
          expect(await updater.handler(batch, context())).toEqual(allDone);
          expect(await inStore('aurora-shoes')).toMatchObject({ version: 1 });
        },
      );

      test('an update that failed, and a later one of its program that did not: the retry drops the older', async () => {
        const { updater, proxy, history, inStore, logged } = await build();
        const first = kinesisRecord(coreDataUpdate(1, { name: 'First' }), 1);
        const second = kinesisRecord(coreDataUpdate(2, { name: 'Second' }), 2);
        proxy.treat = ({ body }) => (body.includes('First') ? { error: 'AccessDeniedException' } : 'forward');
        const batch = kinesisEvent(first, second);
        expect(await updater.handler(batch, context())).toEqual(comeAgain(first));
        expect(await inStore('aurora-shoes')).toMatchObject({ version: 2 });
        proxy.treat = () => 'forward';
        // Lambda brings all from the lowest failed record on again.
        expect(await updater.handler(batch, context())).toEqual(allDone);
        expect(await inStore('aurora-shoes')).toMatchObject({ version: 2, name: 'Second' });
        expect(await history('aurora-shoes')).toEqual([2, 1]);
        expect(logged.of('batch_updated')[1]).toMatchObject({ older: 1, same: 1 });
      });

      test('an invocation with no time to answer in begins no update', async () => {
        const { updater, proxy, logged } = await build();
        const batch = kinesisEvent(coreDataUpdate(1), Buffer.from('['));
        expect(await updater.handler(batch, context(2_000))).toEqual(comeAgain(...batch.Records));
        expect(proxy.calls).toEqual([]);
        expect(logged.of('update_failed')).toHaveLength(2);
      });

      test('an older version is for no store, not even for one that was emptied', async () => {
        const { updater, client, inStore, logged } = await build();
        await updater.handler(kinesisEvent(coreDataUpdate(5)), context());
        await client.flushall();
        expect(await updater.handler(kinesisEvent(coreDataUpdate(4)), context())).toEqual(allDone);
        expect(await inStore('aurora-shoes')).toBeNull();
        expect(await client.get(keys.seq)).toBeNull();
        expect(logged.of('batch_updated')[1]).toMatchObject({ applied: 0, older: 1 });
      });

      test('a table of dead letters that hangs leaves time for the updates behind', async () => {
        const { updater, proxy, inStore, config } = await build();
        await updater.handler(kinesisEvent(coreDataUpdate(1)), context());
        const batch = kinesisEvent(Buffer.from('['), coreDataUpdate(2));
        proxy.treat = ({ body }) => (body.includes(config.tables.deadLetters) ? 'hang' : 'forward');
        expect(await updater.handler(batch, context(6_500))).toEqual(comeAgain(batch.Records[0]!));
        expect(await inStore('aurora-shoes')).toMatchObject({ version: 2 });
      });

      test('a dead letter that is not kept fails its record', async () => {
        const { updater, proxy, letters, config } = await build();
        const batch = kinesisEvent(coreDataUpdate(1), Buffer.from('['), coreDataUpdate(2));
        proxy.treat = ({ body }) =>
          body.includes(config.tables.deadLetters) ? { error: 'AccessDeniedException' } : 'forward';
        expect(await updater.handler(batch, context())).toEqual(comeAgain(batch.Records[1]!));
        proxy.treat = () => 'forward';
        expect(await updater.handler(batch, context())).toEqual(allDone);
        expect(await letters()).toHaveLength(1);
      });

      test('rebuild fills an empty store from the table, tombstones too, and seals it; once', async () => {
        const { updater, client, inStore, logged } = await build();
        const deletion = Buffer.from('{"id":"gone","version":2,"deleted":true}');
        await updater.handler(kinesisEvent(coreDataUpdate(1), coreDataUpdate(4), deletion), context());
        expect(await client.get(keys.generation)).toBeNull();
        await client.flushall();
        expect(await updater.rebuild()).toMatchObject({ rebuilt: true, programs: 2, conflicts: 0, older: 0 });
        expect(await inStore('aurora-shoes')).toMatchObject({ version: 4 });
        expect(await inStore('gone')).toMatchObject({ version: 2, deleted: true });
        expect(await client.get(keys.generation)).toMatch(/./);
        expect(await updater.rebuild()).toMatchObject({ rebuilt: false, programs: 0, emptied: false });
        expect(logged.of('program_store_rebuilt')).toMatchObject([{ level: 40, programs: 2 }]);
      });

      test('what only the store holds: rebuild raises an alarm, and by force the table wins', async () => {
        const { updater, config, client, inStore, table, logged } = await build();
        const ids = ['newer', 'other', 'fine'];
        const batch = kinesisEvent(...ids.map((id) => coreDataUpdate(2, { id })));
        await updater.handler(batch, context());
        const damage = async () => {
          const held = (id: string, version: number) => ({
            version: String(version),
            program: coreDataUpdate(version, { id, name: 'Nobody knows whence' }).toString(),
          });
          await client.hset(keys.program('newer'), held('newer', 9));
          await client.hset(keys.program('other'), held('other', 2));
        };
        await damage();
        const found = { rebuilt: true, programs: 3, conflicts: 1, older: 1 };
        expect(await updater.rebuild()).toMatchObject(found);
        expect(logged.of('program_store_rebuilt')).toMatchObject([{ level: 50, ...found }]);
        expect(await inStore('newer')).toMatchObject({ version: 9 });

        const store = connectProgramStoreWriter({ url: config.redisUrl, commandTimeoutMs: 2_000 });
        onTestFinished(() => store.close());
        const force = () => rebuildProgramStore(table, store, randomUUID, { force: true });
        expect(await force()).toMatchObject(found);
        for (const id of ids) expect(await inStore(id)).toMatchObject({ version: 2, name: 'Aurora Shoes' });
        expect(await force()).toMatchObject({ ...found, conflicts: 0, older: 0 });
        expect(await client.keys(keys.building('*'))).toEqual([]);
      });

      test('an update that comes while the store is rebuilt is no discrepancy, and stays', async () => {
        const { updater, config, inStore, table } = await build();
        await updater.handler(kinesisEvent(coreDataUpdate(1)), context());
        const store = connectProgramStoreWriter({ url: config.redisUrl, commandTimeoutMs: 2_000 });
        onTestFinished(() => store.close());
        const listing = listingThat(table, async () => {
          await updater.handler(kinesisEvent(coreDataUpdate(2)), context());
        });
        const rebuilt = await rebuildProgramStore(listing, store, randomUUID, { force: true });
        expect(rebuilt).toMatchObject({ rebuilt: true, programs: 1, older: 0 });
        expect(await inStore('aurora-shoes')).toMatchObject({ version: 2 });
      });

      test.each([false, true])(
        'a store emptied while it is rebuilt is not built (force: %s)',
        async (force) => {
          const { updater, config, client, table } = await build();
          await updater.handler(kinesisEvent(coreDataUpdate(1)), context());
          const store = connectProgramStoreWriter({ url: config.redisUrl, commandTimeoutMs: 2_000 });
          onTestFinished(() => store.close());
          if (force) await updater.rebuild();
          const listing = listingThat(table, () => client.flushall());
          const rebuilt = await rebuildProgramStore(listing, store, randomUUID, { force });
          expect(rebuilt).toMatchObject({ rebuilt: false, emptied: true });
        },
      );

      test('clients are built at the first call and used again; a failed build is tried again', async () => {
        const { config, inStore } = await build();
        let builds = 0;
        const updater = buildUpdater(() => {
          if (++builds === 1) throw new Error('The configuration cannot be used.');
          return config;
        });
        onTestFinished(() => updater.close());
        const batch = kinesisEvent(coreDataUpdate(1));
        expect(await updater.handler(batch, context())).toEqual(comeAgain(...batch.Records));
        expect(await updater.handler(batch, context())).toEqual(allDone);
        expect(await updater.handler(kinesisEvent(coreDataUpdate(2)), context())).toEqual(allDone);
        expect(builds).toBe(2);
        expect(await inStore('aurora-shoes')).toMatchObject({ version: 2 });
      });
    });
  });
});

/** A table during whose listing something happens, between a program's being read and its use. */
function listingThat(table: ProgramTableReader, happens: () => Promise<unknown>): ProgramTableReader {
  async function* all() {
    for await (const stored of table.all()) {
      await happens();
      yield stored;
    }
  }
  return { ...table, all };
}
