import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TableName } from '@trackline/adapters/event-store/tables';

/** `stack.json`: where everything of a running stack is. The command line and the tests find it there. */
export interface StackFile {
  readonly trackerUrl: string;
  readonly trackerUrls: readonly string[];
  readonly adminUrls: readonly string[];
  readonly kinesisEndpoint: string;
  readonly dynamodbEndpoint: string;
  readonly redisUrl: string;
  readonly region: string;
  readonly eventStream: string;
  readonly coreDataStream: string;
  readonly tables: Readonly<Record<TableName, string>>;
  /** The folder of the batches that the mappings gave up. */
  readonly onFailure: string;
  /** The file with the signing keys; left out where the environment has them itself. */
  readonly keyring?: string;
}

/** Written for its owner alone to read: a Redis of REDIS_URL may come with its password. */
export function writeStackFile(state: string, stack: StackFile): void {
  const file = join(state, 'stack.json');
  writeFileSync(`${file}.new`, `${JSON.stringify(stack, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
