import { CreateTableCommand, DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type AwsTarget, clientOptions } from '@trackline/adapters/aws/client-options';
import { waitFor } from './wait-for.ts';

/** Creates the tables that are not there yet, and waits until they can be used. */
export async function createTables(target: AwsTarget, names: readonly string[]): Promise<void> {
  const client = new DynamoDBClient(clientOptions(target));
  try {
    for (const TableName of names) {
      const command = new CreateTableCommand({
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [
          { AttributeName: 'pk', AttributeType: 'S' },
          { AttributeName: 'sk', AttributeType: 'S' },
        ],
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
      });
      await client.send(command).catch((error: Error) => {
        if (error.name !== 'ResourceInUseException') throw error;
      });
      await waitFor(`the table ${TableName}`, async () => {
        const { Table } = await client.send(new DescribeTableCommand({ TableName }));
        return Table?.TableStatus === 'ACTIVE';
      });
    }
  } finally {
    client.destroy();
  }
}
