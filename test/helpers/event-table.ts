import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import type { StackFile } from '@trackline/local/stack-file';

/**
 * Looks into a stack's tables with the AWS SDK alone, and none of Trackline's code, as somebody else's tool
 * would. It scans: for tests, whose tables are small.
 */
export function tableReader(stack: StackFile) {
  const client = new DynamoDBClient({
    endpoint: stack.dynamodbEndpoint,
    region: stack.region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  return {
    client,
    /** The sort keys of all tracking events: their message ids. */
    async messageIds(): Promise<string[]> {
      const ids: string[] = [];
      const pages = paginateScan(
        { client },
        { TableName: stack.tables.trackingEvents, ConsistentRead: true, ProjectionExpression: 'sk' },
      );
      for await (const page of pages) for (const item of page.Items ?? []) ids.push(item.sk!.S!);
      return ids;
    },
    async items(table: string) {
      const items = [];
      for await (const page of paginateScan({ client }, { TableName: table, ConsistentRead: true })) {
        items.push(...(page.Items ?? []));
      }
      return items;
    },
    close: () => client.destroy(),
  };
}
