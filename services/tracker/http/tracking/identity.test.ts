import { describe, expect, test } from 'vitest';
import { buildTracker, type TrackerOverrides } from '../../../../test/helpers/tracker.ts';
import { until } from '../../../../test/helpers/until.ts';

/** Who is recognised, and who is not: from the call to the event. */

const visitorId = 'AbCdEfGhIjKlMnOpQrSt-_';
const browser = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0' };

async function call(
  url: string,
  headers: Record<string, string> = {},
  overrides: TrackerOverrides = {},
  method: 'GET' | 'HEAD' = 'GET',
) {
  const { tracker, stream, spool } = await buildTracker(overrides);
  const reply = await tracker.publicServer.inject({
    method,
    url,
    headers: { ...browser, ...headers },
    remoteAddress: '192.0.2.7',
  });
  const sent = spool.account().acceptedThrough;
  await until('the event', () => stream.events.length === sent);
  return { reply, cookie: reply.headers['set-cookie']?.toString(), event: stream.events[0] };
}

const pixel = '/v1/impression/aurora-shoes';

describe('a visitor', () => {
  test('who is new gets a cookie, and the event its visitor', async () => {
    const { cookie, event } = await call(pixel);
    expect(cookie).toBe(
      `__Host-trackline=${event!.visitorId}; Max-Age=34560000; Path=/; Secure; HttpOnly; SameSite=None`,
    );
    expect(event).toMatchObject({ ip: '192.0.2.0', userAgent: browser['user-agent'] });
  });

  test('who was here is known, and gets none', async () => {
    const { cookie, event } = await call(pixel, { cookie: `a=b; __Host-trackline=${visitorId}` });
    expect(cookie).toBeUndefined();
    expect(event!.visitorId).toBe(visitorId);
  });

  test('with a malformed cookie is a new one', async () => {
    const { cookie, event } = await call(pixel, { cookie: '__Host-trackline=<script>' });
    expect(cookie).toContain(`__Host-trackline=${event!.visitorId};`);
  });

  test('is never who a parameter says', async () => {
    for (const name of ['visitor_id', 'visitorId', 'visitor', '__Host-trackline']) {
      const { event } = await call(`${pixel}?${name}=${visitorId}`);
      expect(event!.visitorId).not.toBe(visitorId);
    }
  });

  test('is made by what browsers call, and not by what servers do', async () => {
    const order = 'order_id=o&amount=1&currency=EUR';
    expect((await call('/v1/click/aurora-shoes')).cookie).toBeDefined();
    expect((await call(`/v1/transaction/aurora-shoes?${order}`)).cookie).toBeDefined();
    expect((await call('/v1/events/aurora-shoes?type=click')).cookie).toBeUndefined();
  });

  test.each([
    ['HEAD', 'HEAD', {}],
    ['a prefetch', 'GET', { 'sec-purpose': 'prefetch' }],
  ] as const)('is not made by %s', async (_, method, headers) => {
    expect((await call(pixel, headers, {}, method)).cookie).toBeUndefined();
  });

  test('is not made by an event that is not taken', async () => {
    expect((await call(pixel, {}, { spoolBytesMax: 1 })).cookie).toBeUndefined();
  });

  test('is not made where no cookies are to be set', async () => {
    const settings = { visitorCookie: { kind: 'off', days: 400 } } as const;
    const { cookie, event } = await call(pixel, { cookie: `__Host-trackline=${visitorId}` }, { settings });
    expect(cookie).toBeUndefined();
    expect(event!.visitorId).toBe('');
  });
});

describe('who refuses', () => {
  const refusals: [string, string, Record<string, string>][] = [
    ['Sec-GPC', '', { 'sec-gpc': '1' }],
    ['DNT', '', { dnt: '1' }],
    ['GDPR without a string', '?gdpr=1', {}],
  ];

  test.each(refusals)(
    'by %s gets the same answer, no cookie, and leaves nothing',
    async (_, query, headers) => {
      const { reply, cookie, event } = await call(pixel + query, headers);
      expect(reply.statusCode).toBe(200);
      expect(reply.headers['content-type']).toBe('image/gif');
      expect(reply.headers['x-tracking-verdict']).toBe('accepted');
      expect(cookie).toBeUndefined();
      expect(event).toMatchObject({ visitorId: '', ip: '', userAgent: '', consent: { choice: 'denied' } });
    },
  );

  test.each(refusals)('by %s is forgotten', async (_, query, headers) => {
    const { cookie, event } = await call(pixel + query, {
      ...headers,
      cookie: `__Host-trackline=${visitorId}`,
    });
    expect(cookie).toMatch(/^__Host-trackline=; Max-Age=0; Path=\/; Secure; HttpOnly; SameSite=None,/);
    expect(event!.visitorId).toBe('');
  });

  test('is forgotten also where the call is rejected', async () => {
    const { cookie } = await call('/v1/impression/nowhere', {
      'sec-gpc': '1',
      cookie: `__Host-trackline=${visitorId}`,
    });
    expect(cookie).toContain('Max-Age=0');
  });

  test('is forgotten also where the event can’t be taken', async () => {
    const { reply, cookie } = await call(
      pixel,
      { 'sec-gpc': '1', cookie: `__Host-trackline=${visitorId}` },
      { spoolBytesMax: 1 },
    );
    expect(reply.headers['x-tracking-verdict']).toBe('shed; reason=spool_full');
    expect(cookie).toContain('Max-Age=0');
  });

  test.each([
    ['a body that can’t be read', '/v1/events', 'application/json', '{', 400],
    ['a body of another type', '/v1/events?us_privacy=1YYN', 'text/xml', '<a/>', 415],
    ['a postback that is wrong', '/v1/transaction/aurora-shoes', 'application/json', '{}', 400],
    ['no such path', '/v1/nowhere', 'application/json', '{}', 404],
    ['no such method', '/v1/impression/aurora-shoes?gpp_sid=7', 'application/json', '{}', 405],
    ['a broken path', '/v1/impression/%zz', 'application/json', '{}', 400],
  ])('is forgotten also where there is %s', async (_, url, type, payload, status) => {
    const { tracker } = await buildTracker();
    const ask = (headers: Record<string, string>) =>
      tracker.publicServer.inject({
        method: 'POST',
        url,
        payload,
        headers: { 'content-type': type, ...headers },
      });
    const cookie = `__Host-trackline=${visitorId}`;
    const reply = await ask({ cookie, dnt: '1' });
    expect(reply.statusCode).toBe(status);
    expect(reply.headers['set-cookie']?.toString()).toMatch(/^__Host-trackline=; Max-Age=0;/);
    expect((await ask({ dnt: '1' })).headers).not.toHaveProperty('set-cookie');
  });

  test('may do so in the URL of a postback', async () => {
    const { tracker, stream } = await buildTracker();
    const reply = await tracker.publicServer.inject({
      method: 'POST',
      url: '/v1/transaction/aurora-shoes?gdpr=1&order_id=other',
      headers: { ...browser, cookie: `__Host-trackline=${visitorId}` },
      payload: { orderId: 'o', amount: '1', currency: 'EUR', usPrivacy: '1YNN' },
    });
    expect(reply.headers['set-cookie']?.toString()).toMatch(/^__Host-trackline=; Max-Age=0;/);
    await until('the event', () => stream.events.length === 1);
    expect(stream.events[0]).toMatchObject({
      visitorId: '',
      ip: '',
      userAgent: '',
      transaction: { orderId: 'o' },
      consent: { choice: 'denied', basis: 'tcf' },
    });
  });

  test('of bots it is still told that they are', async () => {
    const { event } = await call(pixel, { 'sec-gpc': '1', 'user-agent': 'Googlebot/2.1' });
    expect(event).toMatchObject({ userAgent: '', bot: true });
  });
});

test('who says nothing is treated as the configuration says', async () => {
  const { cookie, event } = await call(pixel, {}, { settings: { consentWithoutSignal: 'denied' } });
  expect(cookie).toBeUndefined();
  expect(event).toMatchObject({ ip: '', consent: { choice: 'denied', basis: 'configuration' } });
});

test('a server is no bot, whatever it calls itself', async () => {
  const { tracker, stream } = await buildTracker();
  await tracker.publicServer.inject({
    method: 'POST',
    url: '/v1/transaction/aurora-shoes',
    headers: { 'user-agent': 'curl/8.0' },
    payload: { orderId: 'o', amount: '1', currency: 'EUR' },
  });
  await until('the event', () => stream.events.length === 1);
  expect(stream.events[0]).toMatchObject({ userAgent: 'curl/8.0', bot: false });
});

test('a person is no bot', async () => {
  expect((await call(pixel)).event!.bot).toBe(false);
});
