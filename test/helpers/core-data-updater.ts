import { connectDeadLetters } from '@trackline/adapters/event-store/dead-letters.dynamodb';
import { keys } from '@trackline/adapters/program-store/program-store';
import type { StoredVersion } from '@trackline/adapters/program-table/program-table';
import { connectProgramTable } from '@trackline/adapters/program-table/program-table.dynamodb';
import { buildUpdater } from '@trackline/core-data-updater/handler';
import type { ProgramVersion } from '@trackline/domain/program';
import { parseUpdate } from '@trackline/proto/core-data-update';
import { onTestFinished } from 'vitest';
import { region, type TestDynamoDb } from './dynamodb.ts';
import { DynamoDbProxy } from './dynamodb-proxy.ts';
import { eventDay } from './events.ts';
import { LogLines } from './log-lines.ts';
import type { TestRedis } from './redis.ts';

/**
 * The real handlers on new tables, through a proxy, and on an emptied Redis; with readers that go past both.
 */
export async function buildTestUpdater(dynamoDb: TestDynamoDb, redis: TestRedis) {
  const tables = await dynamoDb.tables('programs', 'deadLetters');
  const proxy = await DynamoDbProxy.open(dynamoDb.endpoint);
  const { client, url: redisUrl } = redis;
  await client.flushall();
  const logged = new LogLines();
  const config = { region, dynamodbEndpoint: proxy.url, redisUrl, tables, log: logged.log };
  const updater = buildUpdater(() => config);
  const table = connectProgramTable(dynamoDb.target(tables.programs));
  const deadLetters = connectDeadLetters(dynamoDb.target(tables.deadLetters));
  onTestFinished(async () => {
    await Promise.all([updater.close(), table.close(), deadLetters.close()]);
    await proxy.close();
  });
  return {
    updater,
    config,
    proxy,
    client,
    logged,
    table,
    /** What Redis holds of a program. */
    async inStore(id: string): Promise<ProgramVersion | null> {
      const text = await client.hget(keys.program(id), 'program');
      if (text === null) return null;
      const parsed = parseUpdate(Buffer.from(text));
      if (!parsed.ok) throw new Error(parsed.detail);
      return parsed.program;
    },
    /** The versions of a program, newest first. */
    async history(id: string): Promise<number[]> {
      const versions: StoredVersion[] = [];
      for await (const each of table.history(id)) versions.push(each);
      return versions.map(({ program }) => program.version);
    },
    /** Every dead letter, whole. */
    async letters() {
      const letters = [];
      for await (const { id } of deadLetters.list(eventDay)) letters.push((await deadLetters.get(id))!);
      return letters.sort((a, b) => (a.origin.sequenceNumber < b.origin.sequenceNumber ? -1 : 1));
    },
  };
}

/** A core-data update as a business system writes it. */
export function coreDataUpdate(version: number, fields: object = {}): Buffer {
  const program = {
    id: 'aurora-shoes',
    version,
    name: 'Aurora Shoes',
    status: 'active',
    landingUrl: 'https://shop.example/shoes',
  };
  return Buffer.from(JSON.stringify({ ...program, ...fields }));
}
