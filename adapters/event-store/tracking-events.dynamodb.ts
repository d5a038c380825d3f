import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import type { Clock, Random } from '@trackline/domain/clock';
import { isMessageId } from '@trackline/domain/message-id';
import { batchWrite } from '../dynamodb/batch-write.dynamodb.ts';
import { connectDynamoDb, type TableTarget } from '../dynamodb/dynamodb-client.dynamodb.ts';
import { queryPartition } from '../dynamodb/query-partition.dynamodb.ts';
import { eventItem, eventOf } from './event-item.dynamodb.ts';
import { eventKey, hourPartitions } from './event-key.ts';
import { retentionMs as defaultRetentionMs } from './tables.ts';
import type { StorableEvent, TrackingEventsReader, TrackingEventsWriter } from './tracking-events.ts';

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
  const writer = connectDynamoDb(options, 1);

  return {
    put(events, deadlineMs) {
      const table = { client: writer, tableName, clock, random };
      return batchWrite(table, itemsOf(events, retentionMs), deadlineMs);
    },
    async find(programId, messageId) {
      if (!isMessageId(messageId)) return null;
      const { pk, sk } = eventKey(programId, messageId);
      const { Item } = await client.send(
        new GetItemCommand({
          TableName: tableName,
          Key: { pk: { S: pk }, sk: { S: sk } },
          ConsistentRead: true,
        }),
      );
      return Item ? eventOf(Item) : null;
    },
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
      writer.destroy();
    },
  };
}

function* itemsOf(events: readonly StorableEvent[], retentionMs: number) {
  for (const event of events) yield eventItem(event, retentionMs);
}
