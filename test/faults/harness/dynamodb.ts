import { DeleteTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { clientOptions } from '@trackline/adapters/aws/client-options';
import { type TableName, tableDefinitions } from '@trackline/adapters/event-store/tables';
import { startDynamoDb } from '@trackline/local/parts/dynamodb';
import type { Part } from '@trackline/local/parts/part';
import { createTables } from '@trackline/local/parts/tables.dynamodb';
import { ranAgainst } from '../../helpers/real-parts.ts';

export const region = 'eu-central-1';

export interface Tables {
  readonly endpoint: string;
  readonly names: Readonly<Record<TableName, string>>;
  /** Removes them, with all that is in them. */
  remove(): Promise<void>;
}

/**
 * One DynamoDB for all systems of this process, in memory: that of AWS takes seconds to start. It ends with the
 * process.
 */
let part: Promise<Part> | undefined;
let sets = 0;

/** New, empty tables of Trackline's, on AWS's DynamoDB Local where Java is, else on dynalite. */
export async function newTables(): Promise<Tables> {
  part ??= startDynamoDb(null, { dynaliteOnly: false });
  const { url: endpoint, label } = await part;
  ranAgainst(label);
  const set = ++sets;
  const names = Object.fromEntries(
    Object.entries(tableDefinitions).map(([name, { defaultName }]) => [name, `${defaultName}-${set}`]),
  ) as Record<TableName, string>;
  await createTables({ region, endpoint }, Object.values(names));
  return {
    endpoint,
    names,
    async remove() {
      const client = new DynamoDBClient(clientOptions({ region, endpoint }));
      try {
        for (const TableName of Object.values(names))
          await client.send(new DeleteTableCommand({ TableName }));
      } finally {
        client.destroy();
      }
    },
  };
}
