import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { type AwsTarget, clientOptions } from '../aws/client-options.ts';
import { limits } from './limits.ts';

/** A table, and where it is. */
export interface TableTarget extends AwsTarget {
  readonly tableName: string;
}

/**
 * A client of DynamoDB.
 *
 * @param attemptsMax how often the SDK itself sends a call that may be repeated; 1 where the caller repeats
 *   it
 */
export function connectDynamoDb(target: AwsTarget, attemptsMax = 3): DynamoDBClient {
  return new DynamoDBClient({
    ...clientOptions(target),
    maxAttempts: attemptsMax,
    requestHandler: new NodeHttpHandler({
      connectionTimeout: 1_000,
      requestTimeout: 5_000,
      throwOnRequestTimeout: true,
      httpAgent: { keepAlive: true, maxSockets: limits.socketsMax },
      httpsAgent: { keepAlive: true, maxSockets: limits.socketsMax },
    }),
  });
}

/** Ends a call at `deadlineMs` of a clock that says `nowMs`; one whose deadline has passed, at once. */
export function endingAt(deadlineMs: number, nowMs: number): { readonly abortSignal?: AbortSignal } {
  if (deadlineMs === Infinity) return {};
  const leftMs = Math.ceil(deadlineMs - nowMs);
  return { abortSignal: leftMs > 0 ? AbortSignal.timeout(leftMs) : AbortSignal.abort() };
}
