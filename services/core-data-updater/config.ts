import { readEnvironment } from '@trackline/adapters/environment/environment';
import {
  awsRegion,
  endpoint,
  logLevel,
  redisUrl,
  tableName,
} from '@trackline/adapters/environment/variables';
import { buildLog, type Logger } from '@trackline/adapters/log/log';
import * as Type from 'typebox';

const schema = Type.Object({
  AWS_REGION: awsRegion,
  AWS_ENDPOINT_URL_DYNAMODB: Type.Optional(endpoint),
  REDIS_URL: redisUrl,
  TRACKLINE_PROGRAMS_TABLE: tableName('programs'),
  TRACKLINE_DEAD_LETTERS_TABLE: tableName('deadLetters'),
  TRACKLINE_LOG_LEVEL: logLevel,
});

export interface CoreDataUpdaterConfig {
  readonly region: string;
  readonly dynamodbEndpoint?: string | undefined;
  readonly redisUrl: string;
  readonly tables: Readonly<Record<'programs' | 'deadLetters', string>>;
  readonly log: Logger;
}

/**
 * Reads the configuration.
 *
 * @throws ConfigError naming every bad variable at once
 */
export function readConfig(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): CoreDataUpdaterConfig {
  const env = readEnvironment(schema, environment);
  return {
    region: env.AWS_REGION,
    dynamodbEndpoint: env.AWS_ENDPOINT_URL_DYNAMODB,
    redisUrl: env.REDIS_URL,
    tables: { programs: env.TRACKLINE_PROGRAMS_TABLE, deadLetters: env.TRACKLINE_DEAD_LETTERS_TABLE },
    log: buildLog({ level: env.TRACKLINE_LOG_LEVEL, base: { service: 'core-data-updater' } }),
  };
}
