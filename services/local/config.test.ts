import type { ConfigError } from '@trackline/adapters/environment/environment';
import { expect, test } from 'vitest';
import { readConfig, usage } from './config.ts';

function problems(args: readonly string[], environment: Record<string, string> = {}): readonly string[] {
  try {
    readConfig(args, environment);
    return [];
  } catch (error) {
    return (error as ConfigError).problems;
  }
}

test('has a sensible default for everything', () => {
  expect(readConfig([], {})).toMatchObject({
    trackers: 1,
    state: '.local',
    npmRedis: false,
    dynalite: false,
    port: 8080,
    adminPort: 9090,
    redisUrl: undefined,
    mappings: {
      pollEveryMs: 200,
      windowMs: 0,
      batchSize: undefined,
      retriesMax: -1,
      recordAgeMaxMs: -1,
      bisectOnError: true,
    },
  });
});

test('takes options and environment, and passes the environment on to the trackers', () => {
  const args = ['--trackers', '2', '--redis', 'npm', '--dynamodb', 'dynalite', '--state', '/tmp/x'];
  const environment = { TRACKLINE_PORT: '0', TRACKLINE_UNKNOWABLE: 'refuse' };
  expect(readConfig(args, environment)).toMatchObject({
    trackers: 2,
    npmRedis: true,
    dynalite: true,
    state: '/tmp/x',
    port: 0,
    trackerEnvironment: environment,
  });
});

test('--workers is the trackers’, and goes before what the environment says', () => {
  const environment = { TRACKLINE_WORKERS: '3' };
  expect(readConfig([], environment)?.trackerEnvironment).toEqual(environment);
  expect(readConfig(['--workers', 'auto'], environment)?.trackerEnvironment).toEqual({
    TRACKLINE_WORKERS: 'auto',
  });
  expect(problems(['--workers', '65'])).toContain('--workers takes auto, or a whole number from 1 to 64');
});

test('keeps from the trackers what is the command line’s or a Lambda’s', () => {
  const environment = {
    TRACKLINE_STACK: '/tmp/stack.json',
    TRACKLINE_PROGRAMS_TABLE: 'p',
    TRACKLINE_TRACKING_EVENTS_TABLE: 't',
    TRACKLINE_CORE_DATA_STREAM: 's',
    TRACKLINE_RETENTION_DAYS: '30',
    TRACKLINE_CLICK_LOOK_BACK_DAYS: '7',
    TRACKLINE_LOG_LEVEL: 'warn',
  };
  expect(readConfig([], environment)).toMatchObject({
    retentionMs: 30 * 86_400_000,
    clickLookBackMs: 7 * 86_400_000,
  });
  expect(readConfig([], environment)?.trackerEnvironment).toEqual({ TRACKLINE_LOG_LEVEL: 'warn' });
});

test('takes the numbers of the mappings', () => {
  const mappings = (...args: string[]) => readConfig(args, {})?.mappings;
  expect(
    mappings('--poll-ms', '1000', '--window-ms', '500', '--batch-size', '100', '--bisect', 'no'),
  ).toMatchObject({ pollEveryMs: 1000, windowMs: 500, batchSize: 100, bisectOnError: false });
  expect(mappings('--retries', '0', '--record-age-s', '60')).toMatchObject({
    retriesMax: 0,
    recordAgeMaxMs: 60_000,
  });
});

test.each([
  ['--batch-size', '0'],
  ['--batch-size', '10001'],
  ['--retries', '-1'],
  ['--retries', ''],
  ['--retries', 'forever'],
  ['--record-age-s', '59'],
  ['--record-age-s', '604801'],
  ['--bisect', 'maybe'],
])('refuses %s=%s by the option’s name', (name, value) => {
  expect(problems([`${name}=${value}`])[0]).toContain(name);
});

test('help is asked for, and names every option', () => {
  expect(readConfig(['--help'], {})).toBeNull();
  for (const option of [
    'trackers',
    'state',
    'redis',
    'dynamodb',
    'programs',
    'shards',
    'poll-ms',
    'window-ms',
    'batch-size',
    'retries',
    'record-age-s',
    'bisect',
  ]) {
    expect(usage).toContain(`--${option}`);
  }
});

test('names everything that is wrong with the options at once', () => {
  const found = problems(['--trackers', '0', '--shards', 'x', '--poll-ms', '', '--redis', 'maybe']);
  expect(found).toHaveLength(5);
  expect(found.at(-1)).toContain('--help');
});

test.each([
  [['--nonsense'], {}],
  [['left', 'over'], {}],
  [['--state', ''], {}],
  [['--programs', ''], {}],
  [[], { TRACKLINE_RETENTION_DAYS: '0' }],
  [[], { TRACKLINE_PORT: '70000' }],
  [[], { REDIS_URL: 'http://127.0.0.1' }],
])('refuses %j %j', (args, environment) => {
  expect(problems(args, environment as Record<string, string>).length).toBeGreaterThan(0);
});
