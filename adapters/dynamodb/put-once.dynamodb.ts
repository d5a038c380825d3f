import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { heldCondition } from './condition.dynamodb.ts';
import type { Item } from './item.dynamodb.ts';
import { fits } from './item-size.dynamodb.ts';
import { retryUntil, tooLarge } from './retry-until.dynamodb.ts';
import { type WriteOutcome, written } from './write-outcome.ts';
import type { WrittenTable } from './written-table.dynamodb.ts';

/**
 * Puts an item where there is none of its key, and is tried until the deadline. One that is there stays, and
 * that is a success, too.
 *
 * @param deadlineMs of the table's clock, monotonic
 * @returns its outcome. Never rejects.
 */
export async function putOnce(table: WrittenTable, Item: Item, deadlineMs: number): Promise<WriteOutcome> {
  if (!fits(Item)) return tooLarge;
  const put = new PutItemCommand({
    TableName: table.tableName,
    Item,
    ConditionExpression: 'attribute_not_exists(pk)',
  });
  const outcome = await retryUntil(table, deadlineMs, (options) =>
    heldCondition(table.client.send(put, options)),
  );
  return outcome.ok ? written : outcome;
}
