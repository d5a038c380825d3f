import {
  type AttributeValue,
  type DynamoDBClient,
  paginateQuery,
  type QueryCommandInput,
} from '@aws-sdk/client-dynamodb';

/**
 * The items of one partition in the order of their sort keys, read consistently, page by page as they are
 * asked for.
 *
 * @param more what the query says besides: its direction, its projection
 * @throws the SDK's own error
 */
export async function* queryPartition(
  client: DynamoDBClient,
  tableName: string,
  pk: string,
  more: Partial<QueryCommandInput> = {},
): AsyncGenerator<Record<string, AttributeValue>> {
  const pages = paginateQuery(
    { client },
    {
      TableName: tableName,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': { S: pk } },
      ConsistentRead: true,
      ...more,
    },
  );
  for await (const { Items = [] } of pages) yield* Items;
}
