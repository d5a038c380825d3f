import { openConnections } from '@trackline/adapters/dynamodb/dynamodb-client.dynamodb';
import { connectDeadLetters } from '@trackline/adapters/event-store/dead-letters.dynamodb';
import { connectLedger } from '@trackline/adapters/event-store/ledger.dynamodb';
import { connectTrackingEvents } from '@trackline/adapters/event-store/tracking-events.dynamodb';
import { connectTransactions } from '@trackline/adapters/event-store/transactions.dynamodb';
import { streamLambda } from '@trackline/adapters/kinesis-records/stream-lambda';
import { buildLog } from '@trackline/adapters/log/log';
import { type Clock, type Random, systemClock } from '@trackline/domain/clock';
import type { Context, KinesisStreamBatchResponse, KinesisStreamEvent } from 'aws-lambda';
import { type EventConsumerConfig, readConfig } from './config.ts';
import { type ConsumerParts, consume } from './consume.ts';
import { deadlinesOf } from './limits.ts';
import { buildTelemetry } from './telemetry.ts';

/**
 * The Lambda behind the event stream. Never rejects: what could not be kept is named in its answer, and comes
 * again.
 */
export interface EventConsumerHandler {
  (
    event: KinesisStreamEvent,
    context: Pick<Context, 'getRemainingTimeInMillis'>,
  ): Promise<KinesisStreamBatchResponse>;
  close(): Promise<void>;
}

/**
 * A handler for a configuration. Clients are built by its first call, and used again by all that follow;
 * where that fails, the next call tries again.
 */
export function buildHandler(configure: () => EventConsumerConfig): EventConsumerHandler {
  const { handler, close } = streamLambda<ConsumerParts>({
    connect: () => connect(configure()),
    take: (parts, records, remainingMs) =>
      consume(parts, records, deadlinesOf(systemClock.monotonicMs(), remainingMs)),
    onFailed(failure, parts) {
      const telemetry = parts?.telemetry ?? buildTelemetry(buildLog({ base: { service: 'event-consumer' } }));
      telemetry.invocationFailed(failure);
    },
    close: closeTables,
  });
  return Object.assign(handler, { close });
}

/** All that a batch is consumed with; the clients connect when they are first used. */
export function connect(
  config: EventConsumerConfig,
  clock: Clock = systemClock,
  random: Random = Math.random,
): ConsumerParts {
  const { region, dynamodbEndpoint: endpoint, retentionMs } = config;
  const target = { region, endpoint, connections: openConnections(), retentionMs, clock, random };
  const { tables, clickLookBackMs } = config;
  const trackingEvents = connectTrackingEvents({ ...target, tableName: tables.trackingEvents });
  const orders = { ...target, tableName: tables.transactions, clicks: trackingEvents, clickLookBackMs };
  return {
    trackingEvents,
    transactions: connectTransactions(orders),
    ledger: connectLedger({ ...target, tableName: tables.ledger }),
    deadLetters: connectDeadLetters({ ...target, tableName: tables.deadLetters }),
    telemetry: buildTelemetry(config.log),
    clock,
  };
}

export async function closeTables(parts: ConsumerParts): Promise<void> {
  const { trackingEvents, transactions, ledger, deadLetters } = parts;
  await Promise.all([trackingEvents, transactions, ledger, deadLetters].map((table) => table.close()));
}

/** What AWS calls. Nothing is read or built before it does. */
export const handler = buildHandler(() => readConfig());
