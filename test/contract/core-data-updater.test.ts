import { connectDeadLetters } from '@trackline/adapters/event-store/dead-letters.dynamodb';
import {
  connectProgramStoreReader,
  connectProgramStoreWriter,
} from '@trackline/adapters/program-store/program-store.redis';
import { connectProgramTable } from '@trackline/adapters/program-table/program-table.dynamodb';
import { buildUpdater, type CoreDataUpdater } from '@trackline/core-data-updater/handler';
import { formatUpdate } from '@trackline/proto/core-data-update';
import { encodeAggregate } from '@trackline/proto/kpl';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { region, startAnyDynamoDb, tables } from '../helpers/dynamodb.ts';
import { kinesisEvent } from '../helpers/kinesis-records.ts';
import { program, tombstone } from '../helpers/programs.ts';
import { skipWithout } from '../helpers/real-parts.ts';
import { type RealRedis, realRedisMissing, startRealRedis } from '../helpers/redis.ts';

describe.skipIf(skipWithout('a real Redis', realRedisMissing))('the core-data updater', () => {
  let database: Awaited<ReturnType<typeof startAnyDynamoDb>>;
  let redis: RealRedis;
  let updater: CoreDataUpdater;
  let stores: ReturnType<typeof connect>;

  function connect() {
    const target = { region, endpoint: database.endpoint };
    return {
      table: connectProgramTable({ ...target, tableName: tables.programs }),
      letters: connectDeadLetters({ ...target, tableName: tables.deadLetters }),
      reader: connectProgramStoreReader({ url: redis.url, commandTimeoutMs: 2_000 }),
      writer: connectProgramStoreWriter({ url: redis.url, commandTimeoutMs: 2_000 }),
    };
  }
  beforeAll(async () => {
    [database, redis] = await Promise.all([startAnyDynamoDb(), startRealRedis()]);
    const log = pino({ level: 'silent' });
    updater = buildUpdater(() => ({
      region,
      dynamodbEndpoint: database.endpoint,
      redisUrl: redis.url,
      tables,
      log,
    }));
    stores = connect();
    await stores.writer.head();
  });
  afterAll(async () => {
    await updater?.close();
    for (const store of Object.values(stores ?? {})) await store.close();
    await database?.stop();
    await redis?.stop();
  });

  const done = { batchItemFailures: [] };
  const bytes = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
  const update = (...bodies: unknown[]) => updater.handler(kinesisEvent(...bodies.map(bytes)));
  const inTable = async (id: string) => (await stores.table.latest(id))?.program ?? null;
  const inStore = async (id: string) => (await stores.reader.fetch(id)).program;
  async function reasonsOf(body: Buffer): Promise<string[]> {
    const found = [];
    for await (const letter of stores.letters.list('2026-05-17')) {
      const whole = await stores.letters.get(letter.id);
      if (Buffer.from(whole!.bytes).equals(body)) found.push(letter.reason);
    }
    return found;
  }

  test('an update reaches the table and the store', async () => {
    expect(await update(formatUpdate(program({ id: 'a' })))).toEqual(done);
    expect(await inTable('a')).toEqual(program({ id: 'a' }));
    expect(await inStore('a')).toEqual(program({ id: 'a' }));
  });

  test('an older version is dropped; deleted, then an older update: dropped', async () => {
    const versions = [
      program({ id: 'b', version: 2 }),
      program({ id: 'b' }),
      tombstone('b', 5),
      program({ id: 'b', version: 4 }),
    ];
    expect(await update(...versions.map(formatUpdate))).toEqual(done);
    expect(await inTable('b')).toEqual(tombstone('b', 5));
    expect(await inStore('b')).toEqual(tombstone('b', 5));
  });

  test('an equal version with another content: a dead letter, and the first stays', async () => {
    const other = formatUpdate(program({ id: 'c', name: 'Other' }));
    expect(await update(formatUpdate(program({ id: 'c' })), other)).toEqual(done);
    expect(await inStore('c')).toEqual(program({ id: 'c' }));
    expect(await reasonsOf(bytes(other))).toEqual(['update_conflict']);
  });

  // BAD-INPUT, core-data JSON.
  const good = JSON.parse(formatUpdate(program({ id: 'bad' }))) as Record<string, unknown>;
  const { id: _id, ...noId } = good;
  const { version: _version, ...noVersion } = good;
  test.each([
    ['not UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), 'update_not_utf8'],
    ['not JSON', 'paused', 'update_not_json'],
    ['an array', [good], 'update_invalid'],
    ['no program id', noId, 'update_invalid'],
    ['an id outside the pattern', { ...good, id: 'a/b' }, 'update_invalid'],
    ['version absent', noVersion, 'update_invalid'],
    ['version a float', { ...good, version: 1.5 }, 'update_invalid'],
    ['version negative', { ...good, version: -1 }, 'update_invalid'],
    ['version 2⁵³', { ...good, version: 2 ** 53 }, 'update_invalid'],
    ['a landing URL of file:', { ...good, landingUrl: 'file:///etc/passwd' }, 'update_invalid'],
    ['1 MB description', { ...good, description: 'x'.repeat(1_000_000) }, 'update_too_large'],
  ])('%s: a dead letter, and the shard goes on', async (name, body, reason) => {
    const raw = Buffer.isBuffer(body) ? body : bytes(body);
    const next = program({ id: `after-${name.replaceAll(/\W/g, '-')}` });
    expect(await updater.handler(kinesisEvent(raw, bytes(formatUpdate(next))))).toEqual(done);
    expect(await reasonsOf(raw)).toEqual([reason]);
    expect(await inStore(next.id)).toEqual(next);
    expect(await inTable('bad')).toBeNull();
  });

  test('unknown field: ignored', async () => {
    const extra =
      '{"id":"d","version":1,"name":"D","landingUrl":"https://d.example/","colour":"red","__proto__":{"x":1}}';
    expect(await update(extra)).toEqual(done);
    expect(await inStore('d')).toEqual(program({ id: 'd', name: 'D', landingUrl: 'https://d.example/' }));
  });

  test('aggregated updates are understood', async () => {
    const parts = ['e', 'f'].map((id) => ({
      partitionKey: id,
      explicitHashKey: null,
      data: bytes(formatUpdate(program({ id }))),
    }));
    expect(await updater.handler(kinesisEvent(encodeAggregate(parts)))).toEqual(done);
    expect(await inStore('f')).toEqual(program({ id: 'f' }));
  });

  test('Redis away: the record comes again, and the retry mends the store', async () => {
    const body = formatUpdate(program({ id: 'g' }));
    await redis.kill();
    const failed = await updater.handler(kinesisEvent(bytes(body), bytes('not JSON, elsewhere')));
    expect(failed.batchItemFailures).toHaveLength(1);
    expect(await inTable('g')).toEqual(program({ id: 'g' }));
    await redis.restart();
    // The reader never waits for its connection; the retry does.
    expect(await update(body)).toEqual(done);
    await expect.poll(() => inStore('g').catch(() => null)).toEqual(program({ id: 'g' }));
  });

  test('rebuild fills an empty store from the table and seals it last; a second one does nothing', async () => {
    await redis.client.flushall();
    const first = await updater.rebuild();
    expect(first.rebuilt).toBe(true);
    expect(first.programs).toBeGreaterThan(5);
    expect(await inStore('a')).toEqual(program({ id: 'a' }));
    expect(await inStore('b')).toEqual(tombstone('b', 5));
    expect((await stores.reader.head()).generation).not.toBeNull();
    expect(await updater.rebuild()).toEqual({ rebuilt: false, programs: 0 });
  });
});
