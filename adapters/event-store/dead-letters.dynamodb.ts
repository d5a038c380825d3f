import { createHash } from 'node:crypto';
import { GetItemCommand, paginateScan, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { type Clock, type Random, systemClock } from '@trackline/domain/clock';
import { batchWrite } from '../dynamodb/batch-write.dynamodb.ts';
import { heldCondition } from '../dynamodb/condition.dynamodb.ts';
import { connectDynamoDb, type TableTarget } from '../dynamodb/dynamodb-client.dynamodb.ts';
import { type Item, itemOf, valuesOf } from '../dynamodb/item.dynamodb.ts';
import { queryPartition } from '../dynamodb/query-partition.dynamodb.ts';
import type { WriteOutcome } from '../dynamodb/write-outcome.ts';
import { connectWrittenTable } from '../dynamodb/written-table.dynamodb.ts';
import type { RecordOrigin } from '../kinesis-records/kinesis-records.ts';
import type {
  DeadLetter,
  DeadLetterSummary,
  DeadLettersReplayer,
  DeadLettersWriter,
} from './dead-letters.ts';

export interface DeadLettersOptions extends TableTarget {
  /** Only writes look at the time and need chance. */
  readonly clock?: Clock;
  readonly random?: Random;
}

/** Bytes that one item carries. */
const partBytes = 350 * 1024;
const detailLengthMax = 1_000;
/**
 * As Kinesis bounds it; inside an aggregate it may be as long as the record, and a letter must fit whatever
 * it tells of.
 */
const partitionKeyLengthMax = 256;

/**
 * The table `dead-letters`: a partition for each day of arrival. A letter whose bytes are too many for one
 * item goes on in further ones, in partitions that no list shows.
 */
export function connectDeadLetters(options: DeadLettersOptions): DeadLettersWriter & DeadLettersReplayer {
  const { tableName, clock = systemClock, random = Math.random } = options;
  const client = connectDynamoDb(options);
  const table = connectWrittenTable({ ...options, clock, random });

  async function read(id: string, part: number): Promise<Record<string, unknown> | null> {
    const key = itemOf(keyOf(id, part));
    const { Item } = await client.send(
      new GetItemCommand({ TableName: tableName, Key: key, ConsistentRead: true }),
    );
    return Item ? valuesOf(Item) : null;
  }

  return {
    async put(letters, deadlineMs) {
      // First parts last: what is listed is whole.
      const tails = letters.flatMap((letter, owner) => tailItems(letter).map((item) => ({ owner, item })));
      const tailOutcomes = await batchWrite(table, itemsOf(tails), deadlineMs);
      const failures = new Map<number, WriteOutcome>();
      tails.forEach(({ owner }, index) => {
        const outcome = tailOutcomes[index]!;
        if (!outcome.ok) failures.set(owner, outcome);
      });
      const whole = [...letters.keys()].filter((index) => !failures.has(index));
      const heads = whole.map((owner) => ({ owner, item: headItem(letters[owner]!) }));
      const headOutcomes = await batchWrite(table, itemsOf(heads), deadlineMs);
      const outcomes = new Map([...failures, ...whole.map((owner, i) => [owner, headOutcomes[i]!] as const)]);
      return letters.map((_, index) => outcomes.get(index)!);
    },
    async *list(day) {
      for await (const item of queryPartition(client, tableName, day, summaryOnly)) {
        yield summaryOf(valuesOf(item));
      }
    },
    async *listAll() {
      const firstParts = { ...summaryOnly, FilterExpression: 'attribute_exists(reason)' };
      const pages = paginateScan({ client }, { TableName: tableName, ConsistentRead: true, ...firstParts });
      for await (const { Items = [] } of pages) yield* Items.map((item) => summaryOf(valuesOf(item)));
    },
    async get(id) {
      if (!idPattern.test(id)) return null;
      const head = await read(id, 0);
      if (!head) return null;
      const { pk: _pk, sk: _sk, parts, bytes, ...summary } = head;
      const pieces = [bytes as Uint8Array];
      for (let part = 1; part < (parts as number); part++) {
        const next = await read(id, part);
        if (!next) throw new Error(`Part ${part} of the dead letter ${id} is missing.`);
        pieces.push(next.bytes as Uint8Array);
      }
      return { ...summaryOf(summary), bytes: Buffer.concat(pieces) };
    },
    async markReplayed(id, replayedAtMs) {
      const mark = new UpdateItemCommand({
        TableName: tableName,
        Key: itemOf(keyOf(id, 0)),
        UpdateExpression: 'SET replayedAtMs = :at',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeValues: itemOf({ ':at': replayedAtMs }),
      });
      await heldCondition(client.send(mark));
    },
    async close() {
      client.destroy();
      table.client.destroy();
    },
  };
}

/** All but the bytes. */
const summaryOnly = {
  ProjectionExpression: 'id, reason, detail, origin, #size, replayedAtMs',
  ExpressionAttributeNames: { '#size': 'size' },
};

function summaryOf(values: Record<string, unknown>): DeadLetterSummary {
  const origin = { region: '', ...(values.origin as object) };
  return { replayedAtMs: null, ...values, origin } as unknown as DeadLetterSummary;
}

function headItem({ reason, detail, bytes, origin }: DeadLetter): Item {
  const id = letterId(origin);
  return itemOf({
    ...keyOf(id, 0),
    id,
    reason,
    detail: cut(detail, detailLengthMax),
    size: bytes.length,
    parts: Math.max(1, Math.ceil(bytes.length / partBytes)),
    origin: { ...origin, partitionKey: cut(origin.partitionKey, partitionKeyLengthMax) },
    bytes: bytes.subarray(0, partBytes),
  });
}

function tailItems({ bytes, origin }: DeadLetter): Item[] {
  const id = letterId(origin);
  const items: Item[] = [];
  for (let part = 1; part * partBytes < bytes.length; part++) {
    const piece = bytes.subarray(part * partBytes, (part + 1) * partBytes);
    items.push(itemOf({ ...keyOf(id, part), bytes: piece }));
  }
  return items;
}

function keyOf(id: string, part: number) {
  return part === 0 ? { pk: id.slice(0, 10), sk: id } : { pk: `part#${id}`, sk: String(part) };
}

function itemsOf(owned: readonly { readonly item: Item }[]): Item[] {
  return owned.map(({ item }) => item);
}

/** Not through the middle of a character: half a one is no text, and DynamoDB takes text only. */
function cut(text: string, lengthMax: number): string {
  return text.slice(0, lengthMax).toWellFormed();
}

const idPattern = /^\d{4}-\d{2}-\d{2}-[0-9a-f]{16}$/;

/** `2026-01-31-<16 hex>`: the day, and a hash of the record's place in its stream. */
function letterId({ stream, shardId, sequenceNumber, index, arrivedAtMs }: RecordOrigin): string {
  const place = `${stream}|${shardId}|${sequenceNumber}|${index}`;
  const day = new Date(arrivedAtMs).toISOString().slice(0, 10);
  return `${day}-${createHash('sha256').update(place).digest('hex').slice(0, 16)}`;
}
