import { GetItemCommand, paginateQuery } from '@aws-sdk/client-dynamodb';
import type { Clock, Random } from '@trackline/domain/clock';
import { connectDynamoDb, type TableTarget } from '../aws/dynamodb-client.dynamodb.ts';
import { batchWrite } from './batch-write.dynamodb.ts';
import { eventItem, eventOf } from './event-item.dynamodb.ts';
import { eventKey, hourPartitions } from './event-key.ts';
import { itemBytes, itemBytesMax } from './item-size.dynamodb.ts';
import { retentionMs } from './tables.ts';
import type { StoreOutcome, TrackingEvents } from './tracking-events.ts';

export interface TrackingEventsOptions extends TableTarget {
  readonly clock: Clock;
  readonly random: Random;
}

/** The table `tracking-events`, laid out as page 7 of the decisions says. */
export function connectTrackingEvents(options: TrackingEventsOptions): TrackingEvents {
  const { tableName: TableName, clock, random } = options;
  const client = connectDynamoDb(options);
  const queryHour = (programId: string, hour: string, more: object) =>
    hourPartitions(programId, hour).map((pk) =>
      paginateQuery(
        { client },
        {
          TableName,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': { S: pk } },
          ConsistentRead: true,
          ...more,
        },
      ),
    );

  return {
    async put(events, deadlineMs) {
      const outcomes: StoreOutcome[] = events.map(() => 'too_large');
      const items = events.map((event) => eventItem(event, retentionMs));
      const fitting = [...items.keys()].filter((index) => itemBytes(items[index]!) <= itemBytesMax);
      const written = await batchWrite(
        { client, tableName: TableName, clock, random },
        fitting.map((index) => items[index]!),
        deadlineMs,
      );
      fitting.forEach((index, i) => {
        outcomes[index] = written[i] ? 'stored' : 'failed';
      });
      return outcomes;
    },
    async find(programId, messageId) {
      const { pk, sk } = eventKey(programId, messageId);
      const { Item } = await client.send(
        new GetItemCommand({ TableName, Key: { pk: { S: pk }, sk: { S: sk } }, ConsistentRead: true }),
      );
      return Item ? eventOf(Item) : null;
    },
    async *inHour(programId, hour) {
      for (const pages of queryHour(programId, hour, {})) {
        for await (const page of pages) for (const item of page.Items ?? []) yield eventOf(item);
      }
    },
    async countInHour(programId, hour) {
      const counts: Record<string, number> = {};
      const typesOnly = { ProjectionExpression: '#type', ExpressionAttributeNames: { '#type': 'type' } };
      await Promise.all(
        queryHour(programId, hour, typesOnly).map(async (pages) => {
          for await (const page of pages) {
            for (const item of page.Items ?? []) counts[item.type!.S!] = (counts[item.type!.S!] ?? 0) + 1;
          }
        }),
      );
      return counts;
    },
    async close() {
      client.destroy();
    },
  };
}
