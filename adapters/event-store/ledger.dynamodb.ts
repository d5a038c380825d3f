import { PutItemCommand, paginateQuery } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { LedgerRow, Statement } from '@trackline/domain/ledger';
import { connectDynamoDb, type TableTarget } from '../aws/dynamodb-client.dynamodb.ts';
import type { Ledger } from './ledger.ts';
import { retentionMs } from './tables.ts';

/** The partition that lists the writers. */
const writersKey = 'writers';

/** The table `ledger`: a partition for each writer, its intervals under `i#`, its statements under `s#` (page 4 of the decisions). */
export function connectLedger(options: TableTarget): Ledger {
  const { tableName: TableName } = options;
  const client = connectDynamoDb(options);
  const known = new Set<string>();

  const put = (item: Record<string, unknown>) =>
    client.send(new PutItemCommand({ TableName, Item: marshall(item) }));
  const expiresAt = (ms: number) => Math.floor((ms + retentionMs) / 1000);

  /** Once for each writer and process: a repeated put would be harmless, and a waste. */
  async function makeKnown(writer: string): Promise<void> {
    if (known.has(writer)) return;
    await put({ pk: writersKey, sk: writer });
    known.add(writer);
  }

  async function* query(pk: string) {
    const pages = paginateQuery(
      { client },
      {
        TableName,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': { S: pk } },
        ConsistentRead: true,
      },
    );
    for await (const page of pages) for (const item of page.Items ?? []) yield unmarshall(item);
  }

  return {
    async book(rows) {
      await Promise.all(
        rows.map(async (row) => {
          await makeKnown(row.writer);
          const sk = `i#${padded(row.first)}-${padded(row.last)}`;
          await put({ pk: `writer#${row.writer}`, sk, expiresAt: expiresAt(row.storedAtMs), ...row });
        }),
      );
    },
    async state(statement) {
      await makeKnown(statement.writer);
      const sk = `s#${padded(statement.atMs)}`;
      await put({ pk: `writer#${statement.writer}`, sk, expiresAt: expiresAt(statement.atMs), ...statement });
    },
    async *writers() {
      for await (const { sk } of query(writersKey)) yield sk as string;
    },
    async account(writer) {
      const rows: LedgerRow[] = [];
      const statements: Statement[] = [];
      for await (const { pk: _pk, sk, expiresAt: _expiresAt, ...rest } of query(`writer#${writer}`)) {
        if ((sk as string).startsWith('i#')) rows.push(rest as LedgerRow);
        else statements.push(rest as Statement);
      }
      return { rows, statements };
    },
    async close() {
      client.destroy();
    },
  };
}

/** Numbers that sort as text: sixteen digits hold every safe integer. */
function padded(number: number): string {
  return String(number).padStart(16, '0');
}
