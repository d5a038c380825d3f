import {
  type AttributeValue,
  DeleteItemCommand,
  DynamoDBClient,
  PutItemCommand,
  paginateScan,
} from '@aws-sdk/client-dynamodb';
import type { TableTarget } from '@trackline/adapters/dynamodb/dynamodb-client.dynamodb';
import { type TableName, tableDefinitions } from '@trackline/adapters/event-store/tables';
import { findJava, startDynamoDb } from '@trackline/local/parts/dynamodb';
import type { Part } from '@trackline/local/parts/part';
import { createTables } from '@trackline/local/parts/tables.dynamodb';
import { afterAll, beforeAll, describe, onTestFinished } from 'vitest';
import { DynamoDbProxy } from './dynamodb-proxy.ts';
import { ranAgainst, skipWithout } from './real-parts.ts';

export const region = 'eu-central-1';
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };

const forms = [
  {
    name: 'DynamoDB Local',
    dynaliteOnly: false,
    missing: (await findJava()) === null ? 'install Java 17 or newer' : null,
  },
  { name: 'dynalite', dynaliteOnly: true, missing: null },
];

/**
 * Runs a suite on each form of DynamoDB that there is: one server for all its tests, in memory, on a free
 * port.
 */
export function onEachDynamoDb(suite: (dynamoDb: TestDynamoDb) => void): void {
  for (const { name, dynaliteOnly, missing } of forms) {
    describe.skipIf(skipWithout(name, missing))(name, () => {
      const dynamoDb = new TestDynamoDb();
      beforeAll(() => dynamoDb.start(dynaliteOnly));
      afterAll(() => dynamoDb.stop());
      suite(dynamoDb);
    });
  }
}

/** A running DynamoDB, and a look into its tables with the SDK alone. */
export class TestDynamoDb {
  #part: Part | null = null;
  #client: DynamoDBClient | null = null;
  #sets = 0;

  async start(dynaliteOnly: boolean): Promise<void> {
    this.#part = await startDynamoDb(null, { dynaliteOnly });
    ranAgainst(this.#part.label);
    this.#client = new DynamoDBClient({ region, endpoint: this.endpoint, credentials });
  }

  async stop(): Promise<void> {
    this.#client?.destroy();
    await this.#part?.stop();
  }

  get endpoint(): string {
    return this.#part!.url;
  }

  /** dynalite, in JavaScript, has a few ways of its own. */
  get isDynalite(): boolean {
    return this.#part!.label.startsWith('dynalite');
  }

  get client(): DynamoDBClient {
    return this.#client!;
  }

  /** New, empty tables of Trackline's, or some of them, and their names. */
  async tables<T extends TableName>(...wanted: readonly T[]): Promise<Record<T, string>> {
    const set = ++this.#sets;
    const named = wanted.map((table) => [table, `${tableDefinitions[table].defaultName}-${set}`] as const);
    await createTables(
      { region, endpoint: this.endpoint },
      named.map(([, name]) => name),
    );
    return Object.fromEntries(named) as Record<T, string>;
  }

  /** What an adapter wants to know of a table. */
  target(tableName: string, endpoint = this.endpoint): TableTarget {
    return { tableName, endpoint, region };
  }

  /** An adapter on a new table, through a proxy; both are closed when the test is over. */
  async connected<A extends { close(): Promise<void> }>(
    name: TableName,
    connect: (target: TableTarget) => A,
  ) {
    const { [name]: table } = await this.tables(name);
    const proxy = await DynamoDbProxy.open(this.endpoint);
    const adapter = connect(this.target(table, proxy.url));
    onTestFinished(async () => {
      await adapter.close();
      await proxy.close();
    });
    return { adapter, proxy, table };
  }

  /** Puts an item as it is, as another release may have written it. */
  async put(TableName: string, Item: Record<string, AttributeValue>): Promise<void> {
    await this.client.send(new PutItemCommand({ TableName, Item }));
  }

  /** Removes an item, as its expiry does. */
  async remove(TableName: string, { pk, sk }: Record<string, AttributeValue>): Promise<void> {
    await this.client.send(new DeleteItemCommand({ TableName, Key: { pk: pk!, sk: sk! } }));
  }

  /** Every item of a table, by its keys. */
  async items(tableName: string): Promise<Record<string, AttributeValue>[]> {
    const items: Record<string, AttributeValue>[] = [];
    const pages = paginateScan({ client: this.client }, { TableName: tableName, ConsistentRead: true });
    for await (const { Items = [] } of pages) items.push(...Items);
    const key = ({ pk, sk }: Record<string, AttributeValue>) => `${pk?.S} ${sk?.S}`;
    return items.sort((a, b) => (key(a) < key(b) ? -1 : 1));
  }
}
