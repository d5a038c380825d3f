import { ConfigError } from '@trackline/adapters/environment/environment';
import { expect, test } from 'vitest';
import { readConfig } from './config.ts';

test('a region is enough; all else has a default', () => {
  expect(readConfig({ AWS_REGION: 'eu-central-1' })).toMatchObject({
    region: 'eu-central-1',
    dynamodbEndpoint: undefined,
    tables: {
      trackingEvents: 'trackline-tracking-events',
      transactions: 'trackline-transactions',
      ledger: 'trackline-ledger',
      deadLetters: 'trackline-dead-letters',
    },
    retentionMs: 396 * 24 * 3600 * 1000,
    clickLookBackMs: 30 * 24 * 3600 * 1000,
  });
});

test('what is set, counts', () => {
  const config = readConfig({
    AWS_REGION: 'eu-central-1',
    AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:8000',
    TRACKLINE_LEDGER_TABLE: 'books',
    TRACKLINE_RETENTION_DAYS: '30',
    TRACKLINE_CLICK_LOOK_BACK_DAYS: '7',
    TRACKLINE_LOG_LEVEL: 'warn',
  });
  expect(config).toMatchObject({
    dynamodbEndpoint: 'http://127.0.0.1:8000',
    tables: { ledger: 'books' },
    retentionMs: 30 * 24 * 3600 * 1000,
    clickLookBackMs: 7 * 24 * 3600 * 1000,
  });
  expect(config.log.level).toBe('warn');
});

test('every bad variable is named at once, a misspelt one too', () => {
  const bad = {
    AWS_ENDPOINT_URL_DYNAMODB: 'localhost:8000',
    TRACKLINE_RETENTION_DAYS: '0',
    TRACKLINE_CLICK_LOOK_BACK_DAYS: '0',
    TRACKLINE_LOG_LEVEL: 'loud',
    TRACKLINE_LEGDER_TABLE: 'books',
  };
  const read = () => readConfig(bad);
  expect(read).toThrow(ConfigError);
  for (const name of ['AWS_REGION', ...Object.keys(bad)]) expect(read).toThrow(name);
});

test('a look-back window beyond the retention is a contradiction', () => {
  const read = (days: string) =>
    readConfig({
      AWS_REGION: 'eu-central-1',
      TRACKLINE_RETENTION_DAYS: '20',
      TRACKLINE_CLICK_LOOK_BACK_DAYS: days,
    });
  expect(read('20').clickLookBackMs).toBe(20 * 24 * 3600 * 1000);
  expect(() => read('21')).toThrow(/LOOK_BACK_DAYS \(21\) must be at most TRACKLINE_RETENTION_DAYS \(20\)/);
});
