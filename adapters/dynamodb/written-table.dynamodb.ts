import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Clock, Random } from '@trackline/domain/clock';
import { Pace } from '@trackline/domain/pace';
import { connectDynamoDb, type TableTarget } from './dynamodb-client.dynamodb.ts';

/** A table that is written. */
export interface WrittenTable {
  /** Sends a call once: what is to be repeated is repeated here. */
  readonly client: DynamoDBClient;
  readonly tableName: string;
  readonly clock: Clock;
  readonly random: Random;
  /** At which all who write the table call it, once it has refused them. */
  readonly pace: Pace;
}

/** Connects a table, with a pace for all that goes through this connection. */
export function connectWrittenTable(
  target: TableTarget & { readonly clock: Clock; readonly random: Random },
): WrittenTable {
  const { tableName, clock, random } = target;
  const pace = new Pace(clock, random);
  return { client: connectDynamoDb(target, 1), tableName, clock, random, pace };
}
