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
    pollMs: 200,
    windowMs: 0,
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
  [[], { TRACKLINE_PORT: '70000' }],
  [[], { REDIS_URL: 'http://127.0.0.1' }],
])('refuses %j %j', (args, environment) => {
  expect(problems(args, environment as Record<string, string>).length).toBeGreaterThan(0);
});
