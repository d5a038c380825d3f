import { connectDeadLetters } from '@trackline/adapters/event-store/dead-letters.dynamodb';
import { connectLedger } from '@trackline/adapters/event-store/ledger.dynamodb';
import { connectTrackingEvents } from '@trackline/adapters/event-store/tracking-events.dynamodb';
import { sourceRecords } from '@trackline/adapters/kinesis-records/kinesis-records';
import { systemClock } from '@trackline/domain/clock';
import type { Context, KinesisStreamBatchResponse, KinesisStreamEvent } from 'aws-lambda';
import { type EventConsumerConfig, readConfig } from './config.ts';
import { type ConsumerParts, consume } from './consume.ts';
import { buildTelemetry } from './telemetry.ts';

/** The Lambda behind the event stream. */
export interface EventConsumerHandler {
  (
    event: KinesisStreamEvent,
    context: Pick<Context, 'getRemainingTimeInMillis'>,
  ): Promise<KinesisStreamBatchResponse>;
  close(): Promise<void>;
}

/** Kept back of the invocation's time, so that a batch that can't be written is told record by record, and not by a time-out. */
const marginMs = 2_000;

/** A handler for a configuration. Clients are built by its first call, and used again by all that follow. */
export function buildHandler(configure: () => EventConsumerConfig): EventConsumerHandler {
  let parts: ConsumerParts | null = null;
  const handler: EventConsumerHandler = Object.assign(
    async (event: KinesisStreamEvent, context: Pick<Context, 'getRemainingTimeInMillis'>) => {
      parts ??= connect(configure());
      const deadlineMs =
        systemClock.monotonicMs() + Math.max(0, context.getRemainingTimeInMillis() - marginMs);
      const failed = await consume(parts, sourceRecords(event), deadlineMs);
      return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
    },
    {
      async close() {
        await Promise.all([parts?.trackingEvents.close(), parts?.ledger.close(), parts?.deadLetters.close()]);
        parts = null;
      },
    },
  );
  return handler;
}

function connect(config: EventConsumerConfig): ConsumerParts {
  const target = { region: config.region, endpoint: config.dynamodbEndpoint };
  const { trackingEvents, ledger, deadLetters } = config.tables;
  return {
    trackingEvents: connectTrackingEvents({
      ...target,
      tableName: trackingEvents,
      clock: systemClock,
      random: Math.random,
    }),
    ledger: connectLedger({ ...target, tableName: ledger }),
    deadLetters: connectDeadLetters({ ...target, tableName: deadLetters }),
    telemetry: buildTelemetry(config.log),
    clock: systemClock,
  };
}

/** What AWS calls. Nothing is read or built before it does. */
export const handler = buildHandler(() => readConfig());
