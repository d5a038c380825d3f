import { ConfigError } from '@trackline/adapters/environment/environment';
import { expect, test } from 'vitest';
import { readConfig } from './config.ts';

test('a region and a Redis are enough; all else has a default', () => {
  expect(readConfig({ AWS_REGION: 'eu-central-1', REDIS_URL: 'rediss://cache.example' })).toMatchObject({
    region: 'eu-central-1',
    dynamodbEndpoint: undefined,
    redisUrl: 'rediss://cache.example',
    tables: { programs: 'trackline-programs', deadLetters: 'trackline-dead-letters' },
  });
});

test('every bad variable is named at once, a misspelt one too', () => {
  const bad = { REDIS_URL: 'cache.example', TRACKLINE_LOG_LEVEL: 'loud', TRACKLINE_PROGRAM_TABLE: 'p' };
  const read = () => readConfig(bad);
  expect(read).toThrow(ConfigError);
  for (const name of ['AWS_REGION', ...Object.keys(bad)]) expect(read).toThrow(name);
});
