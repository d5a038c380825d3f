import { type AttributeValue, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { type Clock, systemClock } from '@trackline/domain/clock';
import type { ProgramVersion } from '@trackline/domain/program';
import { formatUpdate, parseUpdate } from '@trackline/proto/core-data-update';
import { heldCondition } from '../dynamodb/condition.dynamodb.ts';
import { connectDynamoDb, endingAt, type TableTarget } from '../dynamodb/dynamodb-client.dynamodb.ts';
import { fnv1a } from '../dynamodb/hash.ts';
import { queryPartition } from '../dynamodb/query-partition.dynamodb.ts';
import { UnreadableItem } from '../dynamodb/unreadable-item.ts';
import type { ProgramTableReader, ProgramTableWriter, StoredVersion } from './program-table.ts';

export interface ProgramTableOptions extends TableTarget {
  /** Only a put with a deadline looks at it. */
  readonly clock?: Clock;
}

/** Partitions over which the newest versions are spread. Fixed for ever: what is stored is found by it. */
const latestPartitions = 8;

type Key = Readonly<Record<'pk' | 'sk', { readonly S: string }>>;

/** The program table, laid out as page 7 of the decisions says. */
export function connectProgramTable(options: ProgramTableOptions): ProgramTableWriter & ProgramTableReader {
  const { tableName: TableName, clock = systemClock } = options;
  const client = connectDynamoDb(options);

  async function get(key: Key, deadlineMs = Infinity): Promise<StoredVersion | null> {
    const { Item } = await client.send(
      new GetItemCommand({ TableName, Key: key, ConsistentRead: true }),
      endingAt(deadlineMs, clock.monotonicMs()),
    );
    return Item ? stored(Item) : null;
  }

  /** The version that is the newest; the program beside it need not be read to know that. */
  async function newestVersion(key: Key, deadlineMs: number): Promise<number> {
    const { Item } = await client.send(
      new GetItemCommand({ TableName, Key: key, ConsistentRead: true, ProjectionExpression: 'version' }),
      endingAt(deadlineMs, clock.monotonicMs()),
    );
    if (Item?.version?.N !== undefined) return Number(Item.version.N);
    throw new UnreadableItem(`Row ${key.pk.S} / ${key.sk.S}: its "version" can't be read by this version.`);
  }

  /** Puts a version's row where `condition` holds; false where it does not. */
  function putIf(condition: string, row: Row, deadlineMs: number): Promise<boolean> {
    const version = { N: String(row.program.version) };
    const put = new PutItemCommand({
      TableName,
      Item: {
        ...row.key,
        version,
        program: { S: formatUpdate(row.program) },
        storedAtMs: { N: String(row.storedAtMs) },
      },
      ConditionExpression: condition,
      ...(condition.includes(':version') && { ExpressionAttributeValues: { ':version': version } }),
    });
    return heldCondition(client.send(put, endingAt(deadlineMs, clock.monotonicMs())));
  }

  async function* query(pk: string, newestFirst: boolean): AsyncIterable<StoredVersion> {
    const direction = { ScanIndexForward: !newestFirst };
    for await (const item of queryPartition(client, TableName, pk, direction)) yield stored(item);
  }

  return {
    async put(program, storedAtMs, deadlineMs = Infinity) {
      // The history first: its row decides, once and for all, which body a version has. A crash before the
      // second write is mended by the retry that the stream gives: it finds its own row, and goes on.
      const key = historyKey(program.id, program.version);
      if (!(await putIf('attribute_not_exists(pk)', { key, program, storedAtMs }, deadlineMs))) {
        const first = await get(key, deadlineMs);
        if (first && formatUpdate(first.program) !== formatUpdate(program)) return 'conflict';
      }
      const latest = latestKey(program.id);
      const isNewest = 'attribute_not_exists(pk) OR version < :version';
      if (await putIf(isNewest, { key: latest, program, storedAtMs }, deadlineMs)) return 'stored';
      return (await newestVersion(latest, deadlineMs)) === program.version ? 'same' : 'older';
    },
    latest: (id) => get(latestKey(id)),
    async *all() {
      for (let index = 0; index < latestPartitions; index++) yield* query(latestPartition(index), false);
    },
    history: (id) => query(historyPartition(id), true),
    async close() {
      client.destroy();
    },
  };
}

interface Row {
  readonly key: Key;
  readonly program: ProgramVersion;
  readonly storedAtMs: number;
}

function stored(item: Record<string, AttributeValue>): StoredVersion {
  const parsed = parseUpdate(Buffer.from(item.program?.S ?? ''));
  if (parsed.ok) return { program: parsed.program, storedAtMs: Number(item.storedAtMs?.N) };
  throw new UnreadableItem(`Row ${item.pk?.S} / ${item.sk?.S} holds no program: ${parsed.detail}`);
}

function latestKey(id: string): Key {
  return { pk: { S: latestPartition(fnv1a(id) % latestPartitions) }, sk: { S: id } };
}

/** Sixteen digits hold every version, so that they sort as text. */
function historyKey(id: string, version: number): Key {
  return { pk: { S: historyPartition(id) }, sk: { S: String(version).padStart(16, '0') } };
}

function latestPartition(index: number): string {
  return `latest#${index}`;
}

function historyPartition(id: string): string {
  return `history#${id}`;
}
