import { join } from 'node:path';
import { type TableName, tableDefinitions } from '@trackline/adapters/event-store/tables';
import { startDynamoDb } from '@trackline/local/parts/dynamodb';
import { createTables } from '@trackline/local/parts/tables.dynamodb';
import type { Settings } from './consumer.ts';
import { bundleLambda } from './lambda-bundle.ts';
import { runProgram } from './run-program.ts';

/** Where the program that compares finds DynamoDB, and tables for both ways. */
export interface RawPlace {
  readonly region: string;
  readonly dynamodbEndpoint: string;
  readonly tables: Readonly<Record<TableName, string>>;
  readonly rawTable: string;
}

export interface RawBatchWrite {
  /** Events a second of the consumer's handler, by those of plain calls: the median of the rounds' ratios. */
  readonly vsRaw: number;
  readonly rawPerSecond: number;
  readonly consumerPerSecond: number;
  /** Of the mixed scenario, whose transactions take four calls each for what they are about. */
  readonly mixedPerSecond: number;
}

const region = 'eu-central-1';
const rawTable = 'trackline-bench-raw';

/** Runs `body` with a DynamoDB of its own, in memory, with Trackline's tables. */
export async function withTables<T>(
  dynamodb: Settings['dynamodb'],
  body: (place: RawPlace, label: string) => Promise<T>,
): Promise<T> {
  const part = await startDynamoDb(null, { dynaliteOnly: dynamodb === 'dynalite' });
  try {
    const names = Object.entries(tableDefinitions).map(([name, { defaultName }]) => [name, defaultName]);
    const tables = Object.fromEntries(names) as Record<TableName, string>;
    await createTables({ region, endpoint: part.url }, [...Object.values(tables), rawTable]);
    return await body({ region, dynamodbEndpoint: part.url, tables, rawTable }, part.label);
  } finally {
    await part.stop();
  }
}

/** How near the consumer, from records of Kinesis on, comes to plain calls of BatchWriteItem with ready items. */
export async function rawBatchWrite({ folder, quick, dynamodb }: Settings): Promise<RawBatchWrite> {
  const program = await bundleLambda(
    'bench/consumer/raw-batch-write.main.ts',
    join(folder, 'raw-batch-write.mjs'),
  );
  return withTables(dynamodb, (place) =>
    runProgram<RawBatchWrite>(program.file, [JSON.stringify(place), quick ? '7' : '15', '2500']),
  );
}
