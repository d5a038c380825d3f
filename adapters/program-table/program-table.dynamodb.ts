import {
  ConditionalCheckFailedException,
  GetItemCommand,
  PutItemCommand,
  paginateQuery,
} from '@aws-sdk/client-dynamodb';
import type { ProgramVersion } from '@trackline/domain/program';
import { formatUpdate, parseUpdate } from '@trackline/proto/core-data-update';
import { connectDynamoDb, type TableTarget } from '../aws/dynamodb-client.dynamodb.ts';
import { fnv1a } from '../aws/hash.ts';
import type { ProgramTable, StoredVersion } from './program-table.ts';

/** Partitions over which the newest versions are spread. Fixed for ever: what is stored is found by it. */
const latestPartitions = 8;

const latestPartition = (index: number) => `latest#${index}`;
const latestKey = (id: string) => ({
  pk: { S: latestPartition(fnv1a(id) % latestPartitions) },
  sk: { S: id },
});
const historyKey = (id: string, version: number) => ({
  pk: { S: `history#${id}` },
  sk: { S: String(version).padStart(16, '0') },
});

/** The program table, laid out as page 7 of the decisions says. */
export function connectProgramTable(options: TableTarget): ProgramTable {
  const { tableName: TableName } = options;
  const client = connectDynamoDb(options);

  /** Puts a row if `condition` holds; false if it does not. */
  async function putIf(
    key: ReturnType<typeof latestKey>,
    program: ProgramVersion,
    storedAtMs: number,
    condition: string,
  ): Promise<boolean> {
    const version = { N: String(program.version) };
    try {
      await client.send(
        new PutItemCommand({
          TableName,
          Item: {
            ...key,
            version,
            program: { S: formatUpdate(program) },
            storedAtMs: { N: String(storedAtMs) },
          },
          ConditionExpression: condition,
          ...(condition.includes(':version') && { ExpressionAttributeValues: { ':version': version } }),
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }

  async function get(key: ReturnType<typeof latestKey>): Promise<StoredVersion | null> {
    const { Item } = await client.send(new GetItemCommand({ TableName, Key: key, ConsistentRead: true }));
    return Item ? stored(Item) : null;
  }

  async function* query(pk: string, newestFirst: boolean): AsyncIterable<StoredVersion> {
    const pages = paginateQuery(
      { client },
      {
        TableName,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': { S: pk } },
        ConsistentRead: true,
        ScanIndexForward: !newestFirst,
      },
    );
    for await (const page of pages) for (const item of page.Items ?? []) yield stored(item);
  }

  return {
    async put(program, storedAtMs) {
      // The history first: its row decides which body a version has, once and for all. A crash before the second write is mended by the retry that the stream gives.
      const key = historyKey(program.id, program.version);
      if (!(await putIf(key, program, storedAtMs, 'attribute_not_exists(pk)'))) {
        const first = await get(key);
        if (first && formatUpdate(first.program) !== formatUpdate(program)) return 'conflict';
      }
      const newest = 'attribute_not_exists(pk) OR version < :version';
      if (await putIf(latestKey(program.id), program, storedAtMs, newest)) return 'stored';
      const latest = await get(latestKey(program.id));
      return latest?.program.version === program.version ? 'same' : 'older';
    },
    latest: (id) => get(latestKey(id)),
    async *all() {
      for (let index = 0; index < latestPartitions; index++) yield* query(latestPartition(index), false);
    },
    history: (id) => query(`history#${id}`, true),
    async close() {
      client.destroy();
    },
  };
}

function stored(item: Record<string, { S?: string; N?: string }>): StoredVersion {
  const parsed = parseUpdate(Buffer.from(item.program!.S!));
  if (!parsed.ok)
    throw new Error(
      `The program table holds what is no program: ${item.pk!.S} ${item.sk!.S}: ${parsed.detail}`,
    );
  return { program: parsed.program, storedAtMs: Number(item.storedAtMs!.N) };
}
