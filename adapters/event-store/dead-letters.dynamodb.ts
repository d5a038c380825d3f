import { createHash } from 'node:crypto';
import { GetItemCommand, PutItemCommand, paginateQuery } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { connectDynamoDb, type TableTarget } from '../aws/dynamodb-client.dynamodb.ts';
import type { DeadLetterSummary, DeadLetters, RecordOrigin } from './dead-letters.ts';

/** Bytes that one item carries; what is longer goes on in further items, whose keys no list shows. */
const partBytes = 350 * 1024;

/** The table `dead-letters`: a partition for each day of arrival. */
export function connectDeadLetters(options: TableTarget): DeadLetters {
  const { tableName: TableName } = options;
  const client = connectDynamoDb(options);
  const keyOfPart = (id: string, part: number) => ({
    pk: part === 0 ? dayOf(id) : `part#${id}`,
    sk: `${id}#${part}`,
  });

  return {
    async put({ reason, detail, bytes, origin }) {
      const id = letterId(origin);
      const parts = Math.max(1, Math.ceil(bytes.length / partBytes));
      // The first part last: what is listed is whole.
      for (let part = parts - 1; part >= 0; part--) {
        const summary = part === 0 ? { reason, detail, origin, size: bytes.length, parts } : {};
        const piece = bytes.subarray(part * partBytes, (part + 1) * partBytes);
        const item = { ...keyOfPart(id, part), id, ...summary, bytes: piece };
        await client.send(new PutItemCommand({ TableName, Item: marshall(item) }));
      }
    },
    async *list(day) {
      const pages = paginateQuery(
        { client },
        {
          TableName,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': { S: day } },
          ProjectionExpression: 'id, reason, detail, origin, #size',
          ExpressionAttributeNames: { '#size': 'size' },
          ConsistentRead: true,
        },
      );
      for await (const page of pages)
        for (const item of page.Items ?? []) yield unmarshall(item) as DeadLetterSummary;
    },
    async get(id) {
      const first = await read(id, 0);
      if (!first) return null;
      const { reason, detail, origin, size, parts, bytes } = first;
      const pieces = [bytes as Uint8Array];
      for (let part = 1; part < parts; part++) {
        const next = await read(id, part);
        if (!next) throw new Error(`Part ${part} of the dead letter ${id} is missing.`);
        pieces.push(next.bytes as Uint8Array);
      }
      return { id, reason, detail, origin, size, bytes: Buffer.concat(pieces) };
    },
    async close() {
      client.destroy();
    },
  };

  async function read(id: string, part: number) {
    const { Item } = await client.send(
      new GetItemCommand({ TableName, Key: marshall(keyOfPart(id, part)), ConsistentRead: true }),
    );
    return Item ? unmarshall(Item) : null;
  }
}

/** `2026-01-31-<16 hex>`: the day, and a hash of the record's place in its stream, so that a replay makes no second letter. */
function letterId({ stream, shardId, sequenceNumber, index, arrivedAtMs }: RecordOrigin): string {
  const place = `${stream}|${shardId}|${sequenceNumber}|${index}`;
  const day = new Date(arrivedAtMs).toISOString().slice(0, 10);
  return `${day}-${createHash('sha256').update(place).digest('hex').slice(0, 16)}`;
}

function dayOf(id: string): string {
  return id.slice(0, 10);
}
