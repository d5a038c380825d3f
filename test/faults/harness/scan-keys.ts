import { type DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';

/**
 * DynamoDB Local goes through all of a segment again for each page: a million items in one take it many hours, in
 * small ones minutes. A segment holds whole partitions, so they must be small, too.
 */
const segmentItems = 5_000;
const segmentsAtOnce = 2;

/**
 * The sort key of every item of a table, by scans, with the AWS SDK alone, as somebody else's tool would read it.
 *
 * @param itemsAbout how many items there are, about
 * @param onKey called once for each item, in no order
 */
export async function scanKeys(
  client: DynamoDBClient,
  TableName: string,
  itemsAbout: number,
  onKey: (sortKey: string) => void,
): Promise<void> {
  const TotalSegments = Math.ceil((itemsAbout + 1) / segmentItems);
  let next = 0;
  const reader = async () => {
    while (next < TotalSegments) {
      const segment = { Segment: next++, TotalSegments };
      const query = { TableName, ConsistentRead: true, ProjectionExpression: 'sk', ...segment };
      for await (const { Items = [] } of paginateScan({ client }, query)) {
        for (const { sk } of Items) onKey(sk!.S!);
      }
    }
  };
  await Promise.all(Array.from({ length: segmentsAtOnce }, reader));
}
