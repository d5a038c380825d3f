import Type from 'typebox';
import { describe, expect, test } from 'vitest';
import { type ConfigError, readEnvironment } from './environment.ts';

const schema = Type.Object({
  TRACKLINE_PORT: Type.Integer({ minimum: 0, maximum: 65535, default: 8080 }),
  TRACKLINE_UNKNOWABLE: Type.Enum(['accept', 'refuse'], { default: 'accept' }),
  REDIS_URL: Type.String({ pattern: '^rediss?://' }),
});
const good = { REDIS_URL: 'redis://127.0.0.1:6379' };

function problems(environment: Record<string, string>, strict = true): readonly string[] {
  try {
    readEnvironment(schema, environment, strict);
    return [];
  } catch (error) {
    return (error as ConfigError).problems;
  }
}

describe('readEnvironment', () => {
  test('converts, fills in defaults, and freezes', () => {
    const config = readEnvironment(schema, { ...good, TRACKLINE_PORT: '0', HOME: '/root' });
    expect(config).toEqual({ TRACKLINE_PORT: 0, TRACKLINE_UNKNOWABLE: 'accept', ...good });
    expect(Object.isFrozen(config)).toBe(true);
  });

  test('takes an empty variable for an absent one', () => {
    expect(readEnvironment(schema, { ...good, TRACKLINE_PORT: '' }).TRACKLINE_PORT).toBe(8080);
    expect(problems({ REDIS_URL: '' })).toEqual(['REDIS_URL: must be set']);
  });

  test('names every bad variable at once', () => {
    const found = problems({ TRACKLINE_PORT: '70000', TRACKLINE_UNKNOWABLE: 'maybe', TRACKLINE_PROT: '1' });
    expect(found.map((problem) => problem.split(':')[0]).toSorted()).toEqual([
      'REDIS_URL',
      'TRACKLINE_PORT',
      'TRACKLINE_PROT',
      'TRACKLINE_UNKNOWABLE',
    ]);
  });

  test('tells what a variable may be', () => {
    expect(problems({ ...good, TRACKLINE_UNKNOWABLE: 'maybe' })[0]).toContain('(accept, refuse)');
  });

  test.each(['x', '1.5', '-1', '1e9'])('refuses the port %s', (port) => {
    expect(problems({ ...good, TRACKLINE_PORT: port })).toHaveLength(1);
  });

  test('refuses a misspelt variable of our own, unless the environment is somebody’s shell', () => {
    expect(problems({ ...good, TRACKLINE_PROT: '1' })[0]).toMatch(/^TRACKLINE_PROT: no such variable/);
    expect(problems({ ...good, TRACKLINE_PROT: '1' }, false)).toEqual([]);
  });

  test('never repeats a value, which may be a secret', () => {
    const secret = 'hunter2';
    expect(problems({ REDIS_URL: secret, TRACKLINE_PORT: secret }).join()).not.toContain(secret);
  });
});
