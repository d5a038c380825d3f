import { ConfigError } from '@trackline/adapters/environment/environment';
import { ProgramStoreError } from '@trackline/adapters/program-store/program-store';
import { describe, expect, test } from 'vitest';
import { asFailure, Failure } from './failure.ts';

const source = '.local/stack.json';

function error(name: string, message: string, more: object = {}): Error {
  return Object.assign(new Error(message), { name }, more);
}

describe('asFailure says cause and way out', () => {
  test.each([
    [
      'a closed port',
      error('Error', 'connect ECONNREFUSED 127.0.0.1:4567', { code: 'ECONNREFUSED' }),
      /Nothing answers \(connect ECONNREFUSED 127.0.0.1:4567\).*\.local\/stack\.json/,
    ],
    [
      'a closed port on both addresses of a name',
      Object.assign(new AggregateError([new Error('connect ECONNREFUSED ::1:4567')]), {
        code: 'ECONNREFUSED',
      }),
      /Nothing answers \(connect ECONNREFUSED ::1:4567\)/,
    ],
    [
      'a Redis that can’t be asked',
      new ProgramStoreError('TIMEOUT', new Error('A command timed out after 1000 ms')),
      /^Redis can't be asked \(A command timed out after 1000 ms\)/,
    ],
    ['a time-out of AWS', error('TimeoutError', 'Connection timed out after 1000 ms'), /No answer in time/],
    [
      'a missing table',
      error('ResourceNotFoundException', 'Requested resource not found'),
      /table or stream that .* names is not there/,
    ],
    [
      'no credentials',
      error('CredentialsProviderError', 'Could not load credentials'),
      /AWS refuses the call or has no credentials/,
    ],
    [
      'another error of AWS',
      error('InternalServerError', 'oops', { $metadata: { httpStatusCode: 500 } }),
      /^InternalServerError: oops$/,
    ],
    ['an error of any kind', error('TypeError', 'x is not a function'), /^TypeError: x is not a function$/],
  ])('%s', (_, thrown, words) => {
    const failure = asFailure(thrown, source);
    expect(failure.message).toMatch(words);
    expect(failure.exitCode).toBe(1);
  });

  test('bad configuration, every problem at once', () => {
    const failure = asFailure(new ConfigError(['REDIS_URL: must be set', 'AWS_REGION: must be set']), source);
    expect(failure.message).toBe(`${source}: REDIS_URL: must be set; AWS_REGION: must be set`);
    expect(failure.exitCode).toBe(78);
  });

  test('a failure stays as it is', () => {
    const failure = new Failure('x', { exitCode: 2 });
    expect(asFailure(failure, source)).toBe(failure);
  });

  test('what is no error', () => {
    expect(asFailure('oops', source).message).toContain('oops');
  });
});
