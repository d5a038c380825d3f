import { randomUUID } from 'node:crypto';
import { connectDeadLetters } from '@trackline/adapters/event-store/dead-letters.dynamodb';
import { sourceRecords } from '@trackline/adapters/kinesis-records/kinesis-records';
import { connectProgramStoreWriter } from '@trackline/adapters/program-store/program-store.redis';
import { type Rebuilt, rebuildProgramStore } from '@trackline/adapters/program-store/rebuild';
import { connectProgramTable } from '@trackline/adapters/program-table/program-table.dynamodb';
import { systemClock } from '@trackline/domain/clock';
import type { KinesisStreamBatchResponse, KinesisStreamEvent } from 'aws-lambda';
import { type CoreDataUpdaterConfig, readConfig } from './config.ts';
import { buildTelemetry } from './telemetry.ts';
import { type UpdaterParts, update } from './update.ts';

/** The two Lambdas behind core data: one takes updates, the other rebuilds the program store where it has no generation. */
export interface CoreDataUpdater {
  handler(event: KinesisStreamEvent): Promise<KinesisStreamBatchResponse>;
  rebuild(): Promise<Rebuilt>;
  close(): Promise<void>;
}

/** A Lambda has time; a tracker does not. */
const redisTimeoutMs = 2_000;

/** Both, for a configuration. Clients are built by the first call, and used again by all that follow. */
export function buildUpdater(configure: () => CoreDataUpdaterConfig): CoreDataUpdater {
  let parts: UpdaterParts | null = null;
  const connected = () => {
    parts ??= connect(configure());
    return parts;
  };
  return {
    async handler(event) {
      const failed = await update(connected(), sourceRecords(event));
      return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
    },
    async rebuild() {
      const { table, store, telemetry } = connected();
      const rebuilt = await rebuildProgramStore(table, store, randomUUID);
      telemetry.storeRebuilt(rebuilt);
      return rebuilt;
    },
    async close() {
      await Promise.all([parts?.table.close(), parts?.store.close(), parts?.deadLetters.close()]);
      parts = null;
    },
  };
}

function connect(config: CoreDataUpdaterConfig): UpdaterParts {
  const target = { region: config.region, endpoint: config.dynamodbEndpoint };
  return {
    table: connectProgramTable({ ...target, tableName: config.tables.programs }),
    store: connectProgramStoreWriter({ url: config.redisUrl, commandTimeoutMs: redisTimeoutMs }),
    deadLetters: connectDeadLetters({ ...target, tableName: config.tables.deadLetters }),
    telemetry: buildTelemetry(config.log),
    clock: systemClock,
  };
}

/** What AWS calls. Nothing is read or built before it does. */
export const { handler, rebuild } = buildUpdater(() => readConfig());
