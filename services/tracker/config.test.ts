import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConfigError } from '@trackline/adapters/environment/environment';
import { emptyKeyring } from '@trackline/adapters/keyring/keyring';
import { describe, expect, test } from 'vitest';
import { readConfig } from './config.ts';

const good = {
  AWS_REGION: 'eu-central-1',
  TRACKLINE_EVENT_STREAM: 'trackline-events',
  REDIS_URL: 'redis://127.0.0.1:6379',
  TRACKLINE_SPOOL_DIR: tmpdir(),
};

function problems(environment: Record<string, string>): readonly string[] {
  try {
    readConfig({ ...good, ...environment });
    return [];
  } catch (error) {
    return (error as ConfigError).problems;
  }
}

describe('readConfig', () => {
  test('needs four variables, and has a usual value for the rest', () => {
    expect(readConfig(good)).toEqual({
      ...good,
      TRACKLINE_HOST: '127.0.0.1',
      TRACKLINE_PORT: 8080,
      TRACKLINE_ADMIN_HOST: '127.0.0.1',
      TRACKLINE_ADMIN_PORT: 9090,
      TRACKLINE_UNKNOWABLE: 'accept',
      TRACKLINE_TRUST_PROXY: '',
      TRACKLINE_CORS_ORIGINS: '',
      TRACKLINE_LOG_LEVEL: 'info',
      TRACKLINE_WORKERS: '1',
      TRACKLINE_CONSENT_WITHOUT_SIGNAL: 'granted',
      TRACKLINE_VISITOR_COOKIE: 'on',
      TRACKLINE_VISITOR_COOKIE_DAYS: 400,
      TRACKLINE_RATE_LIMIT_PROGRAM: 0,
      TRACKLINE_RATE_LIMIT_ADDRESS: 0,
      TRACKLINE_PROGRAM_CACHE_ENTRIES: 100_000,
      TRACKLINE_PROGRAM_CACHE_TTL_MS: 600_000,
      TRACKLINE_PROGRAM_CACHE_STALE_MS: 86_400_000,
      TRACKLINE_NEGATIVE_CACHE_TTL_MS: 5_000,
      TRACKLINE_REDIS_TIMEOUT_MS: 50,
      TRACKLINE_SPOOL_BYTES: 8 * 1024 ** 3,
      TRACKLINE_DURABILITY_IMPRESSION: 'disk',
      TRACKLINE_DURABILITY_CLICK: 'disk',
      TRACKLINE_DURABILITY_TRANSACTION: 'disk',
      TRACKLINE_DRAIN_DELAY_MS: 5_000,
      TRACKLINE_DRAIN_TIMEOUT_MS: 20_000,
      TRACKLINE_STATEMENT_EVERY_MS: 10_000,
      keyring: emptyKeyring,
      iabList: null,
    });
  });

  test('names every bad variable at once', () => {
    const found = problems({
      AWS_REGION: '',
      REDIS_URL: 'localhost',
      AWS_ENDPOINT_URL_KINESIS: 'kinesis',
      TRACKLINE_EVENT_STREAM: 'a stream',
      TRACKLINE_PORT: '70000',
      TRACKLINE_ADMIN_PORT: 'admin',
      TRACKLINE_UNKNOWABLE: 'perhaps',
      TRACKLINE_LOG_LEVEL: 'loud',
      TRACKLINE_WORKERS: 'all',
      TRACKLINE_TRUST_PROXY: '0.0.0.0/0',
      TRACKLINE_PROGRAM_CACHE_ENTRIES: '0',
      TRACKLINE_PROGRAM_CACHE_TTL_MS: '0',
      TRACKLINE_PROGRAM_CACHE_STALE_MS: '-1',
      TRACKLINE_NEGATIVE_CACHE_TTL_MS: '0',
      TRACKLINE_REDIS_TIMEOUT_MS: '1.5',
      TRACKLINE_SPOOL_BYTES: '256MB',
      TRACKLINE_DRAIN_DELAY_MS: 'soon',
      TRACKLINE_DRAIN_TIMEOUT_MS: '0',
      TRACKLINE_STATEMENT_EVERY_MS: '0',
      TRACKLINE_SPOOL_BYTE: '1',
    });
    expect(found.map((problem) => problem.split(':')[0]).toSorted()).toEqual(
      [
        'AWS_REGION',
        'REDIS_URL',
        'AWS_ENDPOINT_URL_KINESIS',
        'TRACKLINE_EVENT_STREAM',
        'TRACKLINE_PORT',
        'TRACKLINE_ADMIN_PORT',
        'TRACKLINE_UNKNOWABLE',
        'TRACKLINE_LOG_LEVEL',
        'TRACKLINE_WORKERS',
        'TRACKLINE_TRUST_PROXY',
        'TRACKLINE_PROGRAM_CACHE_ENTRIES',
        'TRACKLINE_PROGRAM_CACHE_TTL_MS',
        'TRACKLINE_PROGRAM_CACHE_STALE_MS',
        'TRACKLINE_NEGATIVE_CACHE_TTL_MS',
        'TRACKLINE_REDIS_TIMEOUT_MS',
        'TRACKLINE_SPOOL_BYTES',
        'TRACKLINE_DRAIN_DELAY_MS',
        'TRACKLINE_DRAIN_TIMEOUT_MS',
        'TRACKLINE_STATEMENT_EVERY_MS',
        'TRACKLINE_SPOOL_BYTE',
      ].toSorted(),
    );
  });

  test.each([
    ['port 70000', { TRACKLINE_PORT: '70000' }],
    ['TTL 0', { TRACKLINE_PROGRAM_CACHE_TTL_MS: '0' }],
    ['an unknown mode', { TRACKLINE_UNKNOWABLE: 'ignore' }],
    ['a signing key under 32 bytes', { TRACKLINE_KEYRING: JSON.stringify({ k1: 'c2hvcnQ=' }) }],
    ['a keyring that is not there', { TRACKLINE_KEYRING_FILE: '/nowhere/keyring.json' }],
    ['a list of bots that is not there', { TRACKLINE_IAB_BOTS_FILE: '/nowhere/bots.txt' }],
    ['a page in place of an origin', { TRACKLINE_CORS_ORIGINS: 'https://shop.example/page' }],
    ['a cookie that no browser keeps so long', { TRACKLINE_VISITOR_COOKIE_DAYS: '401' }],
    ['consent that is neither', { TRACKLINE_CONSENT_WITHOUT_SIGNAL: 'maybe' }],
    ['a trust-all proxy', { TRACKLINE_TRUST_PROXY: 'true' }],
    ['a misspelt variable with our prefix', { TRACKLINE_PROT: '8080' }],
    ['a spool on a disk that can’t hold two segments', { TRACKLINE_SPOOL_BYTES: '33554431' }],
    ['a drain shorter than a call', { TRACKLINE_DRAIN_TIMEOUT_MS: '100' }],
    ['statements so rare that the writer seems dead', { TRACKLINE_STATEMENT_EVERY_MS: '20001' }],
    ['Redis given so long that a lost change is known too late', { TRACKLINE_REDIS_TIMEOUT_MS: '451' }],
    ['a created program unknown for minutes', { TRACKLINE_NEGATIVE_CACHE_TTL_MS: '60001' }],
    ['a drain longer than ECS waits', { TRACKLINE_DRAIN_DELAY_MS: '100000' }],
    ['negative answers kept longer than programs', { TRACKLINE_PROGRAM_CACHE_TTL_MS: '4000' }],
  ])('refuses %s, by name', (_, environment) => {
    const [name] = Object.keys(environment);
    const found = problems(environment as Record<string, string>);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(name);
  });

  test('says nothing of a secret', () => {
    const secret = 'c2VjcmV0IGJ1dCBzaG9ydA==';
    expect(problems({ TRACKLINE_KEYRING: JSON.stringify({ k1: secret }) }).join()).not.toContain(secret);
  });

  test('takes every choice at the edge of its bounds', () => {
    expect(
      problems({
        TRACKLINE_PORT: '0',
        TRACKLINE_ADMIN_PORT: '65535',
        TRACKLINE_KEYRING: JSON.stringify({ k1: Buffer.alloc(32).toString('base64') }),
        TRACKLINE_CORS_ORIGINS: '*',
        TRACKLINE_VISITOR_COOKIE_DAYS: '1',
        TRACKLINE_RATE_LIMIT_PROGRAM: '1000000',
        TRACKLINE_PROGRAM_CACHE_STALE_MS: '0',
        TRACKLINE_DRAIN_DELAY_MS: '0',
        TRACKLINE_TRUST_PROXY: '10.0.0.0/8, fd00::/8',
        TRACKLINE_SPOOL_BYTES: String(32 * 1024 * 1024),
        REDIS_URL: 'rediss://user:secret@cache.example:6380/1',
      }),
    ).toEqual([]);
  });

  test('never repeats a value, which may be a secret', () => {
    expect(problems({ REDIS_URL: 'http://user:hunter2@cache' }).join()).not.toContain('hunter2');
  });

  test('unwritable spool: its variable is named, with why', () => {
    // Whatever the rights of who runs this: a file holds no folder.
    const below = join(import.meta.filename, 'spool');
    expect(problems({ TRACKLINE_SPOOL_DIR: below })).toEqual([
      'TRACKLINE_SPOOL_DIR: must be a folder that can be written to (ENOTDIR)',
    ]);
  });

  test('without a folder there is only memory, and it has to be asked for', () => {
    expect(problems({ TRACKLINE_SPOOL_DIR: '' })).toEqual([
      expect.stringMatching(/^TRACKLINE_SPOOL_DIR: must be set/),
    ]);
    const inMemory = {
      ...good,
      TRACKLINE_SPOOL_DIR: '',
      TRACKLINE_DURABILITY_IMPRESSION: 'memory',
      TRACKLINE_DURABILITY_CLICK: 'memory',
      TRACKLINE_DURABILITY_TRANSACTION: 'memory',
    };
    expect(readConfig(inMemory).TRACKLINE_SPOOL_BYTES).toBe(256 * 1024 ** 2);
    expect(problems({ ...inMemory, TRACKLINE_SPOOL_BYTES: String(5 * 1024 ** 2) })).toEqual([]);
    expect(problems({ ...inMemory, TRACKLINE_DURABILITY_BATCH: 'stream' })).toHaveLength(1);
  });

  test('only transactions and batches may wait for the stream', () => {
    expect(
      problems({ TRACKLINE_DURABILITY_TRANSACTION: 'stream', TRACKLINE_DURABILITY_BATCH: 'stream' }),
    ).toEqual([]);
    expect(
      problems({ TRACKLINE_DURABILITY_IMPRESSION: 'stream', TRACKLINE_DURABILITY_CLICK: 'stream' }),
    ).toHaveLength(2);
  });
});
