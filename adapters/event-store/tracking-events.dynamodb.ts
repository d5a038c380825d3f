import { GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { Clock, Random } from '@trackline/domain/clock';
import { isMessageId } from '@trackline/domain/message-id';
import { heldCondition } from '../dynamodb/condition.dynamodb.ts';
import { connectDynamoDb, endingAt, type TableTarget } from '../dynamodb/dynamodb-client.dynamodb.ts';
import { itemOf } from '../dynamodb/item.dynamodb.ts';
import { queryPartition } from '../dynamodb/query-partition.dynamodb.ts';
import { retryUntil } from '../dynamodb/retry-until.dynamodb.ts';
import { written } from '../dynamodb/write-outcome.ts';
import { connectWrittenTable } from '../dynamodb/written-table.dynamodb.ts';
import { eventOf } from './event-item.dynamodb.ts';
import { eventKey, hourPartitions } from './event-key.ts';
import { putEvents } from './put-events.dynamodb.ts';
import { retentionMs as defaultRetentionMs } from './tables.ts';
import type { StoredEvent, TrackingEventsReader, TrackingEventsWriter } from './tracking-events.ts';

export interface TrackingEventsOptions extends TableTarget {
  readonly clock: Clock;
  readonly random: Random;
  /** How long an event is kept after it was received. */
  readonly retentionMs?: number | undefined;
}

/** The table `tracking-events`, laid out as page 7 of the decisions says. */
export function connectTrackingEvents(
  options: TrackingEventsOptions,
): TrackingEventsWriter & TrackingEventsReader {
  const { tableName, clock, random, retentionMs = defaultRetentionMs } = options;
  const client = connectDynamoDb(options);
  const table = connectWrittenTable({ ...options, clock, random });

  async function find(
    programId: string,
    messageId: string,
    deadlineMs = Infinity,
  ): Promise<StoredEvent | null> {
    if (!isMessageId(messageId)) return null;
    const Key = itemOf(eventKey(programId, messageId));
    const { Item } = await client.send(
      new GetItemCommand({ TableName: tableName, Key, ConsistentRead: true }),
      endingAt(deadlineMs, clock.monotonicMs()),
    );
    return Item ? eventOf(Item) : null;
  }

  return {
    put: (events, deadlineMs) => putEvents(table, events, retentionMs, deadlineMs),
    readBack: (programId, messageId, deadlineMs) =>
      retryUntil(table, deadlineMs, () => find(programId, messageId, deadlineMs)),
    async markDuplicate({ programId, messageId }, duplicateOf, deadlineMs) {
      const mark = new UpdateItemCommand({
        TableName: tableName,
        Key: itemOf(eventKey(programId, messageId)),
        UpdateExpression: 'SET duplicateOf = :of',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeValues: itemOf({ ':of': duplicateOf }),
      });
      const marked = await retryUntil(table, deadlineMs, (options) =>
        heldCondition(table.client.send(mark, options)),
      );
      return marked.ok ? written : marked;
    },
    find,
    async *inHour(programId, hour) {
      for (const pk of hourPartitions(programId, hour)) {
        for await (const item of queryPartition(client, tableName, pk)) yield eventOf(item);
      }
    },
    async countInHour(programId, hour) {
      const counts: Record<string, number> = {};
      // DynamoDB counts items, but not by type: so the types come over, and nothing else. A COUNT for each
      // type would read the hour thrice.
      const typesOnly = { ProjectionExpression: '#type', ExpressionAttributeNames: { '#type': 'type' } };
      await Promise.all(
        hourPartitions(programId, hour).map(async (pk) => {
          for await (const { type } of queryPartition(client, tableName, pk, typesOnly)) {
            counts[type!.S!] = (counts[type!.S!] ?? 0) + 1;
          }
        }),
      );
      return counts;
    },
    async close() {
      client.destroy();
      table.client.destroy();
    },
  };
}
