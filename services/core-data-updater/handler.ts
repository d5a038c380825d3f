import { randomUUID } from 'node:crypto';
import { connectDeadLetters } from '@trackline/adapters/event-store/dead-letters.dynamodb';
import { comeAgain, sourceRecords } from '@trackline/adapters/kinesis-records/kinesis-records';
import { buildLog } from '@trackline/adapters/log/log';
import { connectProgramStoreWriter } from '@trackline/adapters/program-store/program-store.redis';
import { type Rebuilt, rebuildProgramStore } from '@trackline/adapters/program-store/rebuild';
import { connectProgramTable } from '@trackline/adapters/program-table/program-table.dynamodb';
import { systemClock } from '@trackline/domain/clock';
import type { Context, KinesisStreamBatchResponse, KinesisStreamEvent } from 'aws-lambda';
import { type CoreDataUpdaterConfig, readConfig } from './config.ts';
import { limits } from './limits.ts';
import { buildTelemetry } from './telemetry.ts';
import { type UpdaterParts, update } from './update.ts';

/**
 * The two Lambdas behind core data: one takes updates, the other rebuilds the program store where it has no
 * generation.
 */
export interface CoreDataUpdater {
  /** Never rejects: what could not be taken is named in its answer, and comes again. */
  handler(
    event: KinesisStreamEvent,
    context: Pick<Context, 'getRemainingTimeInMillis'>,
  ): Promise<KinesisStreamBatchResponse>;
  /** Rejects when the table or the store do not answer, which its schedule takes for "again later". */
  rebuild(): Promise<Rebuilt>;
  close(): Promise<void>;
}

/**
 * Both, for a configuration. Clients are built by the first call, and used again by all that follow; where
 * that fails, the next call tries again.
 */
export function buildUpdater(configure: () => CoreDataUpdaterConfig): CoreDataUpdater {
  let parts: UpdaterParts | null = null;
  const connected = () => {
    parts ??= connect(configure());
    return parts;
  };
  return {
    async handler(event, context) {
      const remainingMs = context.getRemainingTimeInMillis();
      const deadlineMs = systemClock.monotonicMs() + remainingMs - limits.answerMarginMs;
      try {
        return comeAgain(await update(connected(), sourceRecords(event), deadlineMs));
      } catch (err) {
        const telemetry =
          parts?.telemetry ?? buildTelemetry(buildLog({ base: { service: 'core-data-updater' } }));
        telemetry.invocationFailed({ err });
        return comeAgain(event.Records.map(({ kinesis }) => kinesis.sequenceNumber));
      }
    },
    async rebuild() {
      const { table, store, telemetry } = connected();
      const rebuilt = await rebuildProgramStore(table, store, randomUUID);
      telemetry.storeRebuilt(rebuilt);
      return rebuilt;
    },
    async close() {
      const open = parts;
      parts = null;
      await Promise.all([open?.table.close(), open?.store.close(), open?.deadLetters.close()]);
    },
  };
}

function connect(config: CoreDataUpdaterConfig): UpdaterParts {
  const target = { region: config.region, endpoint: config.dynamodbEndpoint, clock: systemClock };
  return {
    table: connectProgramTable({ ...target, tableName: config.tables.programs }),
    store: connectProgramStoreWriter({ url: config.redisUrl, commandTimeoutMs: limits.redisTimeoutMs }),
    deadLetters: connectDeadLetters({ ...target, random: Math.random, tableName: config.tables.deadLetters }),
    telemetry: buildTelemetry(config.log),
    clock: systemClock,
  };
}

/** What AWS calls. Nothing is read or built before it does. */
export const { handler, rebuild } = buildUpdater(() => readConfig());
