import { join } from 'node:path';
import type { Logger } from '@trackline/adapters/log/log';
import { onFailureFolder } from '@trackline/adapters/on-failure/on-failure.folder';
import { buildUpdater, type CoreDataUpdater } from '@trackline/core-data-updater/handler';
import type { Clock, Random, Timer } from '@trackline/domain/clock';
import { buildHandler } from '@trackline/event-consumer/handler';
import type { MappingNumbers } from './config.ts';
import { openCheckpoints } from './event-source-mapping/checkpoints.ts';
import { EventSourceMapping, type MappingOptions } from './event-source-mapping/event-source-mapping.ts';
import type { MappingSettings } from './event-source-mapping/mapping-settings.ts';
import { connectShardReader } from './event-source-mapping/shard-reader.kinesis.ts';
import type { StackFile } from './stack-file.ts';

/** The Lambdas of the stack: the real handlers, each under its mapping, and the rebuild on its schedule. */
export interface Lambdas {
  /** Rebuilds the program store now, if it has no generation. */
  rebuild: CoreDataUpdater['rebuild'];
  /** Resolves when both streams were read to their ends, or after `timeoutMs`. */
  caughtUp(timeoutMs: number): Promise<boolean>;
  close(): Promise<void>;
}

export interface LambdasOptions {
  readonly stack: Pick<
    StackFile,
    | 'region'
    | 'kinesisEndpoint'
    | 'dynamodbEndpoint'
    | 'redisUrl'
    | 'eventStream'
    | 'coreDataStream'
    | 'tables'
    | 'onFailure'
  >;
  readonly state: string;
  readonly mappings: MappingNumbers;
  readonly retentionMs: number | undefined;
  readonly clickLookBackMs?: number | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

const rebuildEveryMs = 60_000;

const invoking = {
  retryBaseMs: 100,
  retryMaxMs: 5_000,
  invocationTimeoutMs: 60_000,
};

export async function startLambdas(options: LambdasOptions): Promise<Lambdas> {
  const { stack, clock, random, log } = options;
  const { region, dynamodbEndpoint, redisUrl, tables } = stack;
  const { retentionMs, clickLookBackMs } = options;
  const consumer = buildHandler(() => ({
    region,
    dynamodbEndpoint,
    tables,
    retentionMs,
    clickLookBackMs,
    log,
  }));
  const updater = buildUpdater(() => ({ region, dynamodbEndpoint, redisUrl, tables, log }));

  const mappings = await Promise.all([
    map('event-consumer', stack.eventStream, consumer, 10),
    map('core-data-updater', stack.coreDataStream, updater.handler, 100),
  ]);
  for (const mapping of mappings) await mapping.open();

  let timer: Timer;
  const schedule = () => {
    timer = clock.after(rebuildEveryMs, () => {
      updater.rebuild().catch((err: unknown) => log.error({ event: 'rebuild_failed', err }));
      schedule();
    });
  };
  schedule();

  return {
    rebuild: () => updater.rebuild(),
    async caughtUp(timeoutMs) {
      for (const mapping of mappings) mapping.lookAgain();
      const endMs = clock.monotonicMs() + timeoutMs;
      while (!mappings.every((mapping) => mapping.caughtUp)) {
        if (clock.monotonicMs() >= endMs) return false;
        await new Promise<void>((resolve) => setTimeout(resolve, options.mappings.pollEveryMs / 4));
      }
      return true;
    },
    async close() {
      timer.cancel();
      await Promise.all(mappings.map((mapping) => mapping.close()));
      await Promise.all([consumer.close(), updater.close()]);
    },
  };

  async function map(
    name: string,
    streamName: string,
    handler: MappingOptions['handler'],
    ownBatchSize: number,
  ): Promise<EventSourceMapping> {
    const batchSize = options.mappings.batchSize ?? ownBatchSize;
    const settings: MappingSettings = { ...invoking, ...options.mappings, batchSize };
    return new EventSourceMapping({
      name,
      reader: connectShardReader({ region, endpoint: stack.kinesisEndpoint, streamName }),
      handler,
      checkpoints: await openCheckpoints(join(options.state, 'checkpoints', `${name}.json`)),
      onFailure: onFailureFolder(stack.onFailure),
      clock,
      random,
      settings,
      telemetry: {
        invocationFailed: (event) => log.error({ event: 'invocation_failed', ...event }),
        batchGivenUp: (event) => log.error({ event: 'batch_given_up', ...event }),
        pollFailed: (event) => log.warn({ event: 'poll_failed', ...event }),
      },
    });
  }
}
