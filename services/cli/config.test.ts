import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readKeyringSource, readSettings } from './config.ts';
import type { Failure } from './failure.ts';

const stack = {
  trackerUrl: 'http://127.0.0.1:8080',
  kinesisEndpoint: 'http://127.0.0.1:4567',
  dynamodbEndpoint: 'http://127.0.0.1:8000',
  redisUrl: 'redis://127.0.0.1:6379',
  region: 'eu-central-1',
  eventStream: 'trackline-events',
  coreDataStream: 'my-core-data',
  tables: { programs: 'p', trackingEvents: 'e', transactions: 't', ledger: 'l', deadLetters: 'd' },
  onFailure: 'on-failure',
  keyring: 'keyring.json',
};
const production = { AWS_REGION: 'eu-west-1', REDIS_URL: 'rediss://redis.example:6379' };

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'trackline-config-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function write(folder: string, content: unknown): string {
  mkdirSync(join(root, folder), { recursive: true });
  const path = join(root, folder, 'stack.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

function refusal(read: () => unknown): Failure {
  try {
    read();
  } catch (error) {
    return error as Failure;
  }
  throw new Error('It was not refused.');
}

describe('finds the system', () => {
  test('in .local/stack.json of a folder above', () => {
    const path = write('.local', stack);
    mkdirSync(join(root, 'a/b'), { recursive: true });
    const settings = readSettings(undefined, production, join(root, 'a/b'));
    expect(settings).toMatchObject({
      source: path,
      coreDataStream: 'my-core-data',
      redisUrl: stack.redisUrl,
    });
    expect(settings.onFailureFolder).toBe(join(root, '.local/on-failure'));
    expect(settings.keyringFile).toBe(join(root, '.local/keyring.json'));
    expect(settings.trackerUrl).toBe(stack.trackerUrl);
  });

  test('in the file of TRACKLINE_STACK rather', () => {
    write('.local', stack);
    const path = write('other', { ...stack, region: 'us-east-1' });
    expect(readSettings(undefined, { TRACKLINE_STACK: path }, root).region).toBe('us-east-1');
  });

  test('in the file of --stack before all, relative to the folder', () => {
    write('other', { ...stack, region: 'us-east-1' });
    const settings = readSettings('other/stack.json', { TRACKLINE_STACK: '/nowhere' }, root);
    expect(settings.region).toBe('us-east-1');
  });

  test('in the environment, with the default names', () => {
    expect(readSettings(undefined, { ...production, TRACKLINE_PORT: '8080' }, root)).toMatchObject({
      source: 'the environment',
      region: 'eu-west-1',
      dynamodbEndpoint: undefined,
      coreDataStream: 'trackline-core-data',
      tables: { programs: 'trackline-programs', ledger: 'trackline-ledger' },
    });
  });
});

test.each([
  [{}, null],
  [{ TRACKLINE_KEYRING_FILE: '', TRACKLINE_KEYRING: '' }, null],
  [{ TRACKLINE_KEYRING_FILE: '/keys.json' }, { file: '/keys.json', text: undefined }],
  [{ TRACKLINE_KEYRING: '{}' }, { file: undefined, text: '{}' }],
])('finds the keyring of the environment %j', (environment, source) => {
  expect(readKeyringSource(environment)).toEqual(source);
});

describe('refuses with exit code 78', () => {
  test('nothing at all, and says what to do', () => {
    const { exitCode, message } = refusal(() => readSettings(undefined, {}, root));
    expect(exitCode).toBe(78);
    expect(message).toMatch(/npm start.*--stack.*AWS_REGION/s);
  });

  test.each([
    ['a file that is not there', null],
    ['a file that is no JSON', '{'],
    ['a file that is no object', '[]'],
    ['an address that is none', { ...stack, kinesisEndpoint: 'nowhere' }],
  ])('%s', (_, content) => {
    const path = content === null ? join(root, 'none.json') : write('x', content);
    const { exitCode, message } = refusal(() => readSettings(path, {}, root));
    expect(exitCode).toBe(78);
    expect(message).toContain(path);
  });

  test('every bad property of a file at once', () => {
    const path = write('x', { ...stack, region: '', redisUrl: 'http://x' });
    const { message } = refusal(() => readSettings(path, {}, root));
    expect(message).toContain('region');
    expect(message).toContain('redisUrl');
  });

  test('every bad variable at once', () => {
    const environment = { ...production, REDIS_URL: 'http://x', TRACKLINE_LEDGER_TABLE: '!' };
    const { exitCode, message } = refusal(() => readSettings(undefined, environment, root));
    expect(exitCode).toBe(78);
    expect(message).toContain('REDIS_URL');
    expect(message).toContain('TRACKLINE_LEDGER_TABLE');
  });
});
