import { ConfigError, readEnvironment } from '@trackline/adapters/environment/environment';
import { awsRegion, endpoint, logLevel, tableName } from '@trackline/adapters/environment/variables';
import { retentionMs } from '@trackline/adapters/event-store/tables';
import { buildLog, type Logger } from '@trackline/adapters/log/log';
import { clickLookBackMs } from '@trackline/domain/attribution';
import * as Type from 'typebox';

const dayMs = 24 * 3600 * 1000;

const schema = Type.Object({
  AWS_REGION: awsRegion,
  AWS_ENDPOINT_URL_DYNAMODB: Type.Optional(endpoint),
  TRACKLINE_TRACKING_EVENTS_TABLE: tableName('trackingEvents'),
  TRACKLINE_TRANSACTIONS_TABLE: tableName('transactions'),
  TRACKLINE_LEDGER_TABLE: tableName('ledger'),
  TRACKLINE_DEAD_LETTERS_TABLE: tableName('deadLetters'),
  TRACKLINE_RETENTION_DAYS: Type.Integer({ minimum: 1, maximum: 36_500, default: retentionMs / dayMs }),
  TRACKLINE_CLICK_LOOK_BACK_DAYS: Type.Integer({
    minimum: 1,
    maximum: 36_500,
    default: clickLookBackMs / dayMs,
  }),
  TRACKLINE_LOG_LEVEL: logLevel,
});

export interface EventConsumerConfig {
  readonly region: string;
  readonly dynamodbEndpoint?: string | undefined;
  readonly tables: Readonly<Record<'trackingEvents' | 'transactions' | 'ledger' | 'deadLetters', string>>;
  /** How long events and what the ledger says of them are kept. Absent: 13 months. */
  readonly retentionMs?: number | undefined;
  /** How old a click may be when a transaction names it. Absent: 30 days. */
  readonly clickLookBackMs?: number | undefined;
  readonly log: Logger;
}

/**
 * Reads the configuration.
 *
 * @throws ConfigError naming every bad variable at once, or those that contradict each other
 */
export function readConfig(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): EventConsumerConfig {
  const env = readEnvironment(schema, environment);
  const { TRACKLINE_RETENTION_DAYS: retentionDays, TRACKLINE_CLICK_LOOK_BACK_DAYS: lookBackDays } = env;
  if (lookBackDays > retentionDays) {
    throw new ConfigError([
      `TRACKLINE_CLICK_LOOK_BACK_DAYS (${lookBackDays}) must be at most TRACKLINE_RETENTION_DAYS (${retentionDays}): a click that has expired is not found`,
    ]);
  }
  return {
    region: env.AWS_REGION,
    dynamodbEndpoint: env.AWS_ENDPOINT_URL_DYNAMODB,
    tables: {
      trackingEvents: env.TRACKLINE_TRACKING_EVENTS_TABLE,
      transactions: env.TRACKLINE_TRANSACTIONS_TABLE,
      ledger: env.TRACKLINE_LEDGER_TABLE,
      deadLetters: env.TRACKLINE_DEAD_LETTERS_TABLE,
    },
    retentionMs: retentionDays * dayMs,
    clickLookBackMs: lookBackDays * dayMs,
    log: buildLog({ level: env.TRACKLINE_LOG_LEVEL, base: { service: 'event-consumer' } }),
  };
}
