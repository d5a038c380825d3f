import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { type AwsTarget, clientOptions } from '../aws/client-options.ts';
import { limits } from './limits.ts';

/** Connections to DynamoDB, kept alive, which several clients can share. */
export type DynamoDbConnections = NodeHttpHandler;

/** A table, and where it is. */
export interface TableTarget extends AwsTarget {
  readonly tableName: string;
  /**
   * Connections to share, so that what the next table needs is open already. Whoever closes one of their tables
   * closes them for all. Absent: the client's own.
   */
  readonly connections?: DynamoDbConnections | undefined;
}

export function openConnections(): DynamoDbConnections {
  const { socketsMax: maxSockets } = limits;
  return new NodeHttpHandler({
    connectionTimeout: 1_000,
    requestTimeout: 5_000,
    throwOnRequestTimeout: true,
    httpAgent: { keepAlive: true, maxSockets },
    httpsAgent: { keepAlive: true, maxSockets },
  });
}

/**
 * A client of DynamoDB.
 *
 * @param attemptsMax how often the SDK itself sends a call that may be repeated; 1 where the caller repeats
 *   it
 */
export function connectDynamoDb(
  target: AwsTarget & Pick<TableTarget, 'connections'>,
  attemptsMax = 3,
): DynamoDBClient {
  return new DynamoDBClient({
    ...clientOptions(target),
    maxAttempts: attemptsMax,
    requestHandler: target.connections ?? openConnections(),
  });
}

/** Ends a call at `deadlineMs` of a clock that says `nowMs`; one whose deadline has passed, at once. */
export function endingAt(deadlineMs: number, nowMs: number): { readonly abortSignal?: AbortSignal } {
  if (deadlineMs === Infinity) return {};
  const leftMs = Math.ceil(deadlineMs - nowMs);
  return { abortSignal: leftMs > 0 ? AbortSignal.timeout(leftMs) : AbortSignal.abort() };
}
