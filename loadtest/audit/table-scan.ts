import { type AttributeValue, DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { clientOptions } from '@trackline/adapters/aws/client-options';
import { type EventType, eventTypes } from '@trackline/domain/tracking-event';
import type { StackFile } from '@trackline/local/stack-file';
import type { Oracle } from '../../test/faults/harness/oracle.ts';
import type { TableAccount } from './reckon.ts';

export type Tables = Pick<StackFile, 'region' | 'dynamodbEndpoint' | 'tables'>;

/**
 * DynamoDB Local goes through all of a segment again for each page: a million items in one take it many
 * hours, in small ones minutes.
 */
const segmentItems = 5_000;
const segmentsAtOnce = 2;
const namedMax = 5;

/**
 * Reads the tables once and counts what the run has left there: the items whose message id is of its time,
 * and the orders whose id begins as its orders do.
 *
 * @param itemsAbout how many items there are, about
 * @param sinceMs when the run began; message ids carry their time
 */
export async function readTables(
  stack: Tables,
  oracle: Oracle,
  { itemsAbout, sinceMs, orderPrefix }: { itemsAbout: number; sinceMs: number; orderPrefix: string },
  progress: (line: string) => void,
): Promise<TableAccount> {
  const { region, dynamodbEndpoint: endpoint, tables } = stack;
  const client = new DynamoDBClient(clientOptions({ region, endpoint }));
  const items = Object.fromEntries(eventTypes.map((type) => [type, 0])) as Record<EventType, number>;
  let [read, told, duplicates, orders] = [0, 0, 0, 0];
  oracle.forgetFound();
  try {
    await scan(client, tables.trackingEvents, itemsAbout, ['sk', 'type'], ({ sk, type }) => {
      if (++read % 10_000 === 0) progress(`${read} items read`);
      if (timeOf(sk!.S!) < sinceMs) return;
      items[type!.S! as EventType]++;
      const found = oracle.find(sk!.S!);
      if (found === 'first') told++;
      if (found === 'again') duplicates++;
    });
    await scan(client, tables.transactions, Math.ceil(itemsAbout / 10), ['sk'], ({ sk }) => {
      if (sk!.S!.startsWith(orderPrefix)) orders++;
    });
  } finally {
    client.destroy();
  }
  const missing: string[] = [];
  for (const id of oracle.missing()) if (missing.push(id) === namedMax) break;
  return { items, told, missing, missingCount: oracle.accepted - told, duplicates, orders };
}

/** The time of a UUIDv7, in milliseconds since the epoch. */
function timeOf(messageId: string): number {
  return Number.parseInt(messageId.slice(0, 8) + messageId.slice(9, 13), 16);
}

async function scan(
  client: DynamoDBClient,
  TableName: string,
  itemsAbout: number,
  attributes: readonly string[],
  onItem: (item: Record<string, AttributeValue>) => void,
): Promise<void> {
  const TotalSegments = Math.ceil((itemsAbout + 1) / segmentItems);
  const query = {
    TableName,
    ConsistentRead: true,
    ProjectionExpression: attributes.map((name) => `#${name}`).join(','),
    ExpressionAttributeNames: Object.fromEntries(attributes.map((name) => [`#${name}`, name])),
    TotalSegments,
  };
  let next = 0;
  const reader = async () => {
    while (next < TotalSegments) {
      for await (const { Items = [] } of paginateScan({ client }, { ...query, Segment: next++ })) {
        for (const item of Items) onItem(item);
      }
    }
  };
  await Promise.all(Array.from({ length: segmentsAtOnce }, reader));
}
