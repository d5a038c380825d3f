import Type from 'typebox';
import { describe, expect, test } from 'vitest';
import { type ConfigError, readEnvironment } from './environment.ts';
import { endpoint, redisUrl } from './variables.ts';

const schema = Type.Object({
  REDIS_URL: Type.Optional(redisUrl),
  AWS_ENDPOINT_URL: Type.Optional(endpoint),
});

function problems(environment: Record<string, string>): readonly string[] {
  try {
    readEnvironment(schema, environment);
    return [];
  } catch (error) {
    return (error as ConfigError).problems;
  }
}

describe('REDIS_URL', () => {
  test.each([
    'redis://127.0.0.1',
    'redis://127.0.0.1:6379/',
    'REDIS://cache.example:6379/15',
    'rediss://user:p%40ss@cache.example:6380/1?family=6',
    'redis://:secret@[2001:db8::1]:6379',
  ])('takes %s', (url) => {
    expect(problems({ REDIS_URL: url })).toEqual([]);
  });

  test.each([
    ['a port that there is not', 'redis://user:hunter2@cache.example:99999'],
    ['a port in words', 'redis://user:hunter2@cache.example:port'],
    ['no host', 'redis://user:hunter2@'],
    ['no host, but a path', 'redis:///hunter2'],
    ['a host that can’t be one', 'redis://user:hunter2@ca che'],
    ['an address that is none', 'redis://user:hunter2@[::1'],
    ['a password that is not encoded', 'redis://user:hunter2%zz@cache.example'],
    ['a user that is not encoded', 'redis://%ffhunter2@cache.example'],
    ['a database that is no number', 'redis://cache.example/hunter2'],
    ['another protocol', 'http://user:hunter2@cache.example'],
    ['only a protocol', 'redis:hunter2'],
    ['a space before it', ' redis://hunter2'],
  ])('refuses %s, without repeating it', (_, url) => {
    const found = problems({ REDIS_URL: url });
    expect(found).toEqual([expect.stringMatching(/^REDIS_URL: must be a URL as rediss:/)]);
    expect(found.join()).not.toContain('hunter2');
  });
});

describe('an endpoint', () => {
  test.each(['http://127.0.0.1:4567', 'https://kinesis.eu-central-1.amazonaws.com/', 'http://[::1]:1'])(
    'takes %s',
    (url) => {
      expect(problems({ AWS_ENDPOINT_URL: url })).toEqual([]);
    },
  );

  test.each([
    'http://',
    'http://hunter2:99999',
    'http://a hunter2',
    'https:hunter2',
    'ftp://hunter2',
    'hunter2',
  ])('refuses %s, without repeating it', (url) => {
    const found = problems({ AWS_ENDPOINT_URL: url });
    expect(found).toEqual(['AWS_ENDPOINT_URL: must be a URL that begins with http:// or https://']);
  });
});
