import { describe, expect, test } from 'vitest';
import { buildTracker } from '../../../test/helpers/tracker.ts';
import { pageOriginsOf, readCorsOrigins } from './cors.ts';

describe('readCorsOrigins', () => {
  test.each([
    ['', [], false],
    ['https://a.example', ['https://a.example'], false],
    [' https://a.example , http://127.0.0.1:9090,', ['https://a.example', 'http://127.0.0.1:9090'], false],
    ['*', [], true],
    ['*,https://a.example', ['https://a.example'], true],
  ])('%j', (text, origins, any) => {
    expect(readCorsOrigins(text)).toEqual({ origins: new Set(origins), any, problems: [] });
  });

  test.each([
    'a.example',
    'https://a.example/',
    'https://a.example/x',
    'https://A.example',
    'null',
    'file://',
    'https://*',
  ])('%s is no origin', (text) => {
    expect(readCorsOrigins(text).problems).toHaveLength(1);
  });
});

describe('pageOriginsOf', () => {
  const loopback = ['http://127.0.0.1:9090', 'http://[::1]:9090', 'http://localhost:9090'];

  test.each([
    ['http://127.0.0.1:9090', loopback],
    ['http://[::1]:9090', loopback],
    ['http://0.0.0.0:9090', loopback],
    ['http://[::]:9090', loopback],
    ['http://10.1.2.3:9090', ['http://10.1.2.3:9090']],
    ['http://127.0.0.1:80', ['http://127.0.0.1', 'http://[::1]', 'http://localhost']],
  ])('%s', (adminUrl, origins) => {
    expect(pageOriginsOf(adminUrl)).toEqual(origins);
  });
});

describe('who may read the answers', () => {
  async function ask(list: string, origin: string | undefined, method: 'GET' | 'OPTIONS' | 'POST' = 'GET') {
    const { url } = await buildTracker({ settings: { cors: readCorsOrigins(list) } }, true);
    const path = method === 'POST' ? '/v1/events' : '/v1/events/aurora-shoes?type=impression';
    const { headers } = await fetch(`${url}${path}`, {
      method,
      headers: { ...(origin !== undefined && { origin }), 'access-control-request-method': 'POST' },
    });
    const names = ['vary', ...[...headers.keys()].filter((name) => name.startsWith('access-control-'))];
    return Object.fromEntries(names.map((name) => [name, headers.get(name) ?? undefined]));
  }

  test('nobody, as it comes', async () => {
    expect(await ask('', 'https://a.example')).toEqual({ vary: undefined });
  });

  test('a listed origin, with cookies, and no cache gives its answer to another', async () => {
    expect(await ask('https://a.example', 'https://a.example')).toEqual({
      vary: 'Origin',
      'access-control-allow-origin': 'https://a.example',
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': 'x-tracking-verdict, x-tracking-redirect, retry-after',
    });
    expect(await ask('https://a.example', 'https://b.example')).toEqual({ vary: 'Origin' });
    expect(await ask('https://a.example', undefined)).toEqual({ vary: 'Origin' });
  });

  test('everybody, without cookies', async () => {
    const answer = await ask('*', 'https://b.example');
    expect(answer['access-control-allow-origin']).toBe('*');
    expect(answer).not.toHaveProperty('access-control-allow-credentials');
  });

  test('an error can be read, too', async () => {
    const answer = await ask('https://a.example', 'https://a.example', 'POST');
    expect(answer['access-control-allow-origin']).toBe('https://a.example');
  });

  test('a preflight is told what may be sent', async () => {
    expect(await ask('https://a.example', 'https://a.example', 'OPTIONS')).toMatchObject({
      'access-control-allow-methods': 'GET, HEAD, POST',
      'access-control-allow-headers': 'content-type',
      'access-control-max-age': '86400',
    });
  });
});
