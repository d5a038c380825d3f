import { randomUUID } from 'node:crypto';
import { connectDeadLetters } from '@trackline/adapters/event-store/dead-letters.dynamodb';
import { streamLambda } from '@trackline/adapters/kinesis-records/stream-lambda';
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
  const { handler, parts, close } = streamLambda<UpdaterParts>({
    connect: () => connect(configure()),
    take: (parts, records, remainingMs) =>
      update(parts, records, systemClock.monotonicMs() + remainingMs - limits.answerMarginMs),
    onFailed(failure, parts) {
      const telemetry =
        parts?.telemetry ?? buildTelemetry(buildLog({ base: { service: 'core-data-updater' } }));
      telemetry.invocationFailed(failure);
    },
    async close({ table, store, deadLetters }) {
      await Promise.all([table.close(), store.close(), deadLetters.close()]);
    },
  });
  return {
    handler,
    close,
    async rebuild() {
      const { table, store, telemetry } = parts();
      const rebuilt = await rebuildProgramStore(table, store, randomUUID);
      telemetry.storeRebuilt(rebuilt);
      return rebuilt;
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
