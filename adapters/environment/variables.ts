// By its names: what bundles a Lambda then leaves out the rest, 71 KB.
import * as Type from 'typebox';
import { type TableName, tableDefinitions } from '../event-store/tables.ts';
import type { FormatName } from './formats.ts';

/** The variables that more than one service reads, so that all take and refuse the same. */

export const awsRegion = Type.String({ pattern: '^[a-z0-9-]+$' });
/** Where a service of AWS is, if not at AWS. */
export const endpoint = Type.String({ format: 'http-url' satisfies FormatName });
export const redisUrl = Type.String({ format: 'redis-url' satisfies FormatName });
export const logLevel = Type.Enum(['debug', 'info', 'warn', 'error', 'silent'], { default: 'info' });

/** 0: a free one. */
export function port(usual: number) {
  return Type.Integer({ minimum: 0, maximum: 65_535, default: usual });
}

/** What a stream is called, as Kinesis allows it; without a usual name it must be set. */
export function streamName(usual?: string) {
  return Type.String({ pattern: '^[a-zA-Z0-9_.-]{1,128}$', ...(usual !== undefined && { default: usual }) });
}

/** What a table is called, as DynamoDB allows it. */
export function tableName(table: TableName) {
  return Type.String({
    pattern: '^[a-zA-Z0-9_.-]{3,255}$',
    default: tableDefinitions[table].defaultName,
  });
}
