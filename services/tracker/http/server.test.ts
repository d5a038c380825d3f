import { describe, expect, test } from 'vitest';
import { RawConnection } from '../../../test/helpers/raw-http.ts';
import { buildTracker } from '../../../test/helpers/tracker.ts';
import { until } from '../../../test/helpers/until.ts';

async function say(method: string, url: string, headers: Record<string, string> = {}, payload = '') {
  const { tracker } = await buildTracker();
  return tracker.publicServer.inject({
    method: method as 'GET',
    url,
    headers,
    ...(payload !== '' && { payload }),
  });
}

describe('the public server', () => {
  test.each(['/', '/v1', '/v1/impression', '/v1/impression/a/b', '/livez', '/v1/impressions/a'])(
    '%s is nothing: 404 in JSON',
    async (url) => {
      const reply = await say('GET', url);
      expect(reply.statusCode).toBe(404);
      expect(reply.headers['x-tracking-verdict']).toBe('rejected; reason=route_unknown');
      expect(reply.headers['cache-control']).toBe('no-store');
      expect(reply.json()).toEqual({ error: { code: 'route_unknown', message: expect.any(String) } });
    },
  );

  test.each(['POST', 'PUT', 'PATCH', 'DELETE', 'TRACE'])('%s on a tracked path: 405', async (method) => {
    for (const path of ['/v1/impression/a', '/v1/click/a?x', '/v1/events/a']) {
      const reply = await say(method, path);
      expect(reply.statusCode).toBe(405);
      expect(reply.headers.allow).toBe('GET, HEAD, OPTIONS');
      expect(reply.json()).toMatchObject({ error: { code: 'method_not_allowed' } });
    }
  });

  test('a body of whatever kind is not looked at', async () => {
    for (const type of ['application/json', 'text/xml', 'nonsense']) {
      const reply = await say('POST', '/v1/impression/a', { 'content-type': type }, '{{{');
      expect(reply.statusCode).toBe(405);
    }
  });

  test.each(['/v1/impression/aurora-shoes', '/anything'])(
    'OPTIONS %s: 204, ignored, no CORS',
    async (url) => {
      const reply = await say('OPTIONS', url, {
        origin: 'https://shop.example',
        'access-control-request-method': 'GET',
      });
      expect(reply.statusCode).toBe(204);
      expect(reply.headers['x-tracking-verdict']).toBe('ignored');
      expect(Object.keys(reply.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    },
  );

  test('beyond its connections takes none: a new one is closed at once, and those that there are live', async () => {
    const { url } = await buildTracker({ limits: { connectionsMax: 2 } }, true);
    const impression = 'GET /v1/impression/aurora-shoes HTTP/1.1\r\nHost: t.example\r\n\r\n';
    const ask = async (connection: RawConnection) => {
      await connection.send(impression);
      return (await connection.reply())?.status ?? null;
    };
    const taken = [await RawConnection.open(url), await RawConnection.open(url)];
    for (const connection of taken) expect(await ask(connection)).toBe(200);
    const beyond = await RawConnection.open(url);
    expect(await beyond.rest()).toBe('');
    for (const connection of taken) expect(await ask(connection)).toBe(200);
    taken[0]!.close();
    await until('room for another', async () => (await ask(await RawConnection.open(url))) === 200);
  });

  test('believes X-Forwarded-For of trusted proxies only: the rightmost address that is none', async () => {
    const hops = '198.51.100.1, 203.0.113.9, 10.1.1.1, 10.2.2.2';
    for (const [trustedProxies, ip] of [
      [[], '127.0.0.0'],
      [['127.0.0.1', '10.0.0.0/8'], '203.0.113.0'],
      [['10.0.0.0/8'], '127.0.0.0'],
    ] as const) {
      const { tracker, stream } = await buildTracker({ settings: { trustedProxies } });
      await tracker.publicServer.inject({
        url: '/v1/impression/aurora-shoes',
        headers: { 'x-forwarded-for': hops, 'x-forwarded-host': 'evil.example' },
      });
      await until('the event', () => stream.events.length === 1);
      expect(stream.events[0]!.ip).toBe(ip);
    }
  });
});
