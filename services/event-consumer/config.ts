import { readEnvironment } from '@trackline/adapters/environment/environment';
import { tableDefinitions } from '@trackline/adapters/event-store/tables';
import { type Logger, pino } from 'pino';
import Type from 'typebox';

const schema = Type.Object({
  AWS_REGION: Type.String({ minLength: 1 }),
  AWS_ENDPOINT_URL_DYNAMODB: Type.Optional(Type.String({ pattern: '^https?://' })),
  TRACKLINE_TRACKING_EVENTS_TABLE: Type.String({ default: tableDefinitions.trackingEvents.defaultName }),
  TRACKLINE_LEDGER_TABLE: Type.String({ default: tableDefinitions.ledger.defaultName }),
  TRACKLINE_DEAD_LETTERS_TABLE: Type.String({ default: tableDefinitions.deadLetters.defaultName }),
  TRACKLINE_LOG_LEVEL: Type.Enum(['debug', 'info', 'warn', 'error', 'silent'], { default: 'info' }),
});

export interface EventConsumerConfig {
  readonly region: string;
  readonly dynamodbEndpoint?: string | undefined;
  readonly tables: Readonly<Record<'trackingEvents' | 'ledger' | 'deadLetters', string>>;
  readonly log: Logger;
}

/**
 * Reads the configuration.
 *
 * @throws ConfigError naming every bad variable at once
 */
export function readConfig(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): EventConsumerConfig {
  const env = readEnvironment(schema, environment);
  return {
    region: env.AWS_REGION,
    dynamodbEndpoint: env.AWS_ENDPOINT_URL_DYNAMODB,
    tables: {
      trackingEvents: env.TRACKLINE_TRACKING_EVENTS_TABLE,
      ledger: env.TRACKLINE_LEDGER_TABLE,
      deadLetters: env.TRACKLINE_DEAD_LETTERS_TABLE,
    },
    log: pino({ level: env.TRACKLINE_LOG_LEVEL, base: { service: 'event-consumer' } }),
  };
}
