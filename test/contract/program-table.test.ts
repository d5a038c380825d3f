import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { connectProgramTable } from '@trackline/adapters/program-table/program-table.dynamodb';
import { freezeProgram, type Program, type ProgramVersion } from '@trackline/domain/program';
import { formatUpdate } from '@trackline/proto/core-data-update';
import { describe, expect, test } from 'vitest';
import { onEachDynamoDb } from '../helpers/dynamodb.ts';
import { listOf } from '../helpers/list-of.ts';

function version(number: number, overrides: Partial<Program> = {}): Program {
  return freezeProgram({
    deleted: false,
    id: 'aurora-shoes',
    version: number,
    name: 'Aurora Shoes',
    status: 'active',
    validFromMs: Date.UTC(2026, 0, 1),
    validUntilMs: null,
    landingUrl: 'https://shop.example/shoes',
    deepLinkHosts: ['.shop.example'],
    signingKeyIds: ['k1'],
    ...overrides,
  });
}

function deletion(number: number, id = 'aurora-shoes'): ProgramVersion {
  return freezeProgram({ deleted: true, id, version: number });
}

describe('program table', () => {
  onEachDynamoDb((dynamoDb) => {
    async function connected() {
      const connection = await dynamoDb.connected('programs', connectProgramTable);
      const { adapter: table, proxy, table: tableName } = connection;
      return { table, proxy, tableName };
    }

    test('there is no version before the first', async () => {
      const { table } = await connected();
      expect(await table.latest('aurora-shoes')).toBeNull();
      expect(await listOf(table.history('aurora-shoes'))).toEqual([]);
      expect(await listOf(table.all())).toEqual([]);
    });

    test('a newer version becomes the newest, and every version keeps its time', async () => {
      const { table } = await connected();
      const versions = [version(1), version(2, { status: 'paused' }), version(Number.MAX_SAFE_INTEGER)];
      for (const [index, each] of versions.entries())
        expect(await table.put(each, 1_000 + index)).toBe('stored');
      expect(await table.latest('aurora-shoes')).toEqual({ program: versions[2], storedAtMs: 1_002 });
      expect(await listOf(table.history('aurora-shoes'))).toEqual([
        { program: versions[2], storedAtMs: 1_002 },
        { program: versions[1], storedAtMs: 1_001 },
        { program: versions[0], storedAtMs: 1_000 },
      ]);
    });

    test('a repeated version is the same, and keeps its first time', async () => {
      const { table } = await connected();
      await table.put(version(1), 1_000);
      expect(await table.put(version(1), 2_000)).toBe('same');
      expect(await table.latest('aurora-shoes')).toEqual({ program: version(1), storedAtMs: 1_000 });
      await table.put(version(2), 3_000);
      expect(await table.put(version(1), 4_000)).toBe('older');
    });

    test('versions are compared as numbers: 10 is newer than 9', async () => {
      const { table } = await connected();
      await table.put(version(9), 1_000);
      expect(await table.put(version(10), 1_000)).toBe('stored');
      expect(await table.put(version(9), 1_000)).toBe('older');
      const history = await listOf(table.history('aurora-shoes'));
      expect(history.map(({ program }) => program.version)).toEqual([10, 9]);
    });

    test('programs are read as they are now', async () => {
      const { table, proxy } = await connected();
      await table.put(version(1), 1_000);
      await table.put(version(1), 1_000);
      await table.latest('aurora-shoes');
      await listOf(table.history('aurora-shoes'));
      await listOf(table.all());
      expect(proxy.reads).toEqual([...Array(3).fill('GetItem'), ...Array(1 + 8).fill('Query')]);
    });

    test('an older version that comes late is told so, and joins the history', async () => {
      const { table } = await connected();
      await table.put(version(5), 1_000);
      expect(await table.put(version(3), 2_000)).toBe('older');
      expect((await table.latest('aurora-shoes'))?.program).toEqual(version(5));
      const history = await listOf(table.history('aurora-shoes'));
      expect(history.map(({ program }) => program.version)).toEqual([5, 3]);
    });

    test('an equal version with another body is a conflict, and the first stays', async () => {
      const { table } = await connected();
      await table.put(version(1), 1_000);
      await table.put(version(2), 1_000);
      for (const number of [1, 2]) {
        expect(await table.put(version(number, { name: 'Another' }), 2_000)).toBe('conflict');
      }
      expect(await table.put(deletion(2), 2_000)).toBe('conflict');
      const history = await listOf(table.history('aurora-shoes'));
      expect(history.map(({ program }) => program)).toEqual([version(2), version(1)]);
      expect((await table.latest('aurora-shoes'))?.program).toEqual(version(2));
    });

    test('a tombstone is a version like any other, and keeps older updates out', async () => {
      const { table } = await connected();
      await table.put(version(1), 1_000);
      expect(await table.put(deletion(3), 1_000)).toBe('stored');
      expect(await table.put(version(2), 1_000)).toBe('older');
      expect(await table.latest('aurora-shoes')).toEqual({ program: deletion(3), storedAtMs: 1_000 });
      expect(await table.put(version(4), 1_000)).toBe('stored');
    });

    test('a crash between history and newest is mended by the retry', async () => {
      const { table, proxy } = await connected();
      await table.put(version(1), 1_000);
      proxy.treat = ({ body }) => (body.includes('"latest#') ? 'drop' : 'forward');
      await expect(table.put(version(2), 2_000)).rejects.toThrow();
      proxy.treat = () => 'forward';
      expect((await table.latest('aurora-shoes'))?.program).toEqual(version(1));
      expect(await table.put(version(2), 3_000)).toBe('stored');
      expect((await table.latest('aurora-shoes'))?.program).toEqual(version(2));
      expect(await listOf(table.history('aurora-shoes'))).toHaveLength(2);
    });

    test('a crash between history and newest, then a newer version: the retry is the older one', async () => {
      const { table, proxy } = await connected();
      proxy.treat = ({ body }) => (body.includes('"latest#') ? 'drop' : 'forward');
      await expect(table.put(version(2), 2_000)).rejects.toThrow();
      proxy.treat = () => 'forward';
      expect(await table.put(version(3), 3_000)).toBe('stored');
      expect(await table.put(version(2), 4_000)).toBe('older');
    });

    test('versions that are put at once, in any order, end with the newest', async () => {
      const { table } = await connected();
      const numbers = Array.from({ length: 30 }, (_, index) => ((index * 7) % 30) + 1);
      const outcomes = await Promise.all(numbers.map((number) => table.put(version(number), 1_000)));
      expect((await table.latest('aurora-shoes'))?.program).toEqual(version(30));
      expect(outcomes[numbers.indexOf(30)]).toBe('stored');
      expect(await listOf(table.history('aurora-shoes'))).toHaveLength(30);
    });

    test('of two bodies that claim one version at once, exactly one gets it', async () => {
      const { table } = await connected();
      const bodies = ['A', 'B', 'C', 'D'].map((name) => version(1, { name }));
      const outcomes = await Promise.all(bodies.map((body) => table.put(body, 1_000)));
      expect(outcomes.toSorted()).toEqual(['conflict', 'conflict', 'conflict', 'stored']);
      expect((await table.latest('aurora-shoes'))?.program).toEqual(bodies[outcomes.indexOf('stored')]);
    });

    test('all programs are read by eight queries that touch no history; the newest of one by one read', async () => {
      const { table, proxy } = await connected();
      const ids = Array.from({ length: 40 }, (_, index) => `program-${index}`);
      for (const id of ids) {
        await table.put(version(1, { id }), 1_000);
        await table.put(id === 'program-7' ? deletion(2, id) : version(2, { id }), 2_000);
      }
      proxy.calls = [];
      const all = await listOf(table.all());
      expect(all.map(({ program }) => program.id).sort()).toEqual(ids.toSorted());
      expect(all.every(({ program }) => program.version === 2)).toBe(true);
      expect(all.filter(({ program }) => program.deleted).map(({ program }) => program.id)).toEqual([
        'program-7',
      ]);
      expect(proxy.calls.map(({ operation }) => operation)).toEqual(Array(8).fill('Query'));
      expect(proxy.calls.some(({ body }) => body.includes('history'))).toBe(false);
      proxy.calls = [];
      await table.latest('program-3');
      expect(proxy.calls.map(({ operation }) => operation)).toEqual(['GetItem']);
    });

    test('a partition longer than a page is read to its end', async () => {
      const { table, proxy, tableName } = await connected();
      const landingUrl = `https://shop.example/${'x'.repeat(2_000)}`;
      const host = `${'a'.repeat(60)}.${'b'.repeat(60)}.example`;
      const deepLinkHosts = Array.from({ length: 64 }, (_, index) => `${index}.${host}`);
      const rows = Array.from({ length: 150 }, (_, index) => {
        const text = formatUpdate(version(1, { id: `program-${index}`, landingUrl, deepLinkHosts }));
        const key = { pk: { S: 'latest#5' }, sk: { S: `program-${index}` } };
        return { ...key, version: { N: '1' }, program: { S: text }, storedAtMs: { N: '1' } };
      });
      const put = (Item: (typeof rows)[number]) =>
        dynamoDb.client.send(new PutItemCommand({ TableName: tableName, Item }));
      await Promise.all(rows.map(put));
      expect(await listOf(table.all())).toHaveLength(150);
      expect(proxy.count('Query')).toBe(8 + 1);
    });

    test('a row that is no program is not left out in silence', async () => {
      const { table, tableName } = await connected();
      await table.put(version(1), 1_000);
      const key = { pk: { S: 'latest#3' }, sk: { S: 'broken' } };
      const Item = { ...key, version: { N: '1' }, program: { S: '{"id":"broken"}' }, storedAtMs: { N: '1' } };
      await dynamoDb.client.send(new PutItemCommand({ TableName: tableName, Item }));
      await expect(listOf(table.all())).rejects.toThrow('latest#3 / broken');
    });

    test('a table that does not answer is given up at the deadline', async () => {
      const { table, proxy } = await connected();
      proxy.treat = () => 'hang';
      const untilMs = performance.now() + 200;
      await expect(table.put(version(1), 1_000, untilMs)).rejects.toThrow();
      expect(performance.now()).toBeLessThan(untilMs + 5_000);
    });
  });
});
