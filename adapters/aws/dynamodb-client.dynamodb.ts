import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { type AwsTarget, clientOptions } from './client-options.ts';

/** A table, and where it is. */
export interface TableTarget extends AwsTarget {
  readonly tableName: string;
}

/**
 * A client of DynamoDB. The SDK repeats what may be repeated, twice; what a batch leaves unprocessed is its caller's work.
 */
export function connectDynamoDb(target: AwsTarget): DynamoDBClient {
  return new DynamoDBClient({
    ...clientOptions(target),
    maxAttempts: 3,
    requestHandler: new NodeHttpHandler({
      connectionTimeout: 1_000,
      requestTimeout: 5_000,
      throwOnRequestTimeout: true,
      httpAgent: { keepAlive: true, maxSockets: 32 },
      httpsAgent: { keepAlive: true, maxSockets: 32 },
    }),
  });
}
