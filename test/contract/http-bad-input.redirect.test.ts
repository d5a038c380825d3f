import { randomFillSync } from 'node:crypto';
import { newMessageId } from '@trackline/domain/message-id';
import { linkText, sign } from '@trackline/proto/signature';
import { beforeAll, describe, expect, test } from 'vitest';
import { attackedTracker, crlf, expectJson, expectPixel, get, post } from '../helpers/attacked-tracker.ts';
import { program } from '../helpers/tracker.ts';

const key = Buffer.alloc(32, 7);
const visitorId = 'AbCdEfGhIjKlMnOpQrSt-_';
const attacked = attackedTracker({
  keyring: { key: (id) => (id === 'k1' ? key : null) },
  settings: { trustedProxies: ['127.0.0.1', '10.0.0.0/8'] },
});
const { say } = attacked;

const landingUrl = 'https://shop.example/shoes';
const deep = program({
  id: 'deep',
  landingUrl,
  deepLinkHosts: ['brand.example', '.outlet.example'],
  signingKeyIds: ['k1'],
});

beforeAll(() => attacked.programs.set('deep', { kind: 'known', program: deep, unverified: false }));

/** A click that names a target, which is refused: it counts, goes to the stored landing URL, and says why. */
async function expectRefused(query: string, reason: string): Promise<void> {
  const sample = `trackline_redirects_refused_total{reason="${reason}"}`;
  const before = await attacked.sample(sample);
  const reply = await say(get(`/v1/click/deep?${query}`));
  attacked.expectOneMore();
  expect(reply).toMatchObject({
    status: 302,
    headers: {
      location: landingUrl,
      'x-tracking-verdict': 'accepted',
      'x-tracking-redirect': `refused; reason=${reason}`,
      'cache-control': 'no-store',
    },
  });
  expect(await attacked.latestEvent()).toMatchObject({ type: 'click', landingUrl, redirectReason: reason });
  expect(await attacked.sample(sample)).toBe(before + 1);
}

describe('a redirect', () => {
  test.each([
    ['`javascript:`', 'javascript:alert(1)//https://shop.example/', 'target_scheme'],
    ['`data:`', 'data:text/html,<script>alert(1)</script>', 'target_scheme'],
    ['`http:`', 'http://shop.example/', 'target_scheme'],
    ['`//evil`', '//evil.example/', 'target_malformed'],
    ['`/\\evil`', '/\\evil.example/', 'target_malformed'],
    ['`https:\\\\evil`', 'https:\\\\evil.example/', 'target_malformed'],
    ['a path', '/sale', 'target_malformed'],
    ['`https://good@evil`', 'https://shop.example@evil.example/', 'target_credentials'],
    ['`https://good:443@evil`', 'https://shop.example:443@evil.example/', 'target_credentials'],
    ['`https://evil@good`', 'https://evil.example@shop.example/', 'target_credentials'],
    ['another port', 'https://shop.example:8443/', 'target_port'],
    ['an IP literal', 'https://192.0.2.1/', 'target_address'],
    ['an IP literal of version 6', 'https://[2001:db8::1]/', 'target_address'],
    ['an IP literal in decimal', 'https://3221225985/', 'target_address'],
    ['an IP literal in hexadecimal', 'https://0xc0.0.2.1/', 'target_address'],
    [
      'a host that only ends like an allowed one (`notshop.example`)',
      'https://notshop.example/',
      'target_host',
    ],
    [
      'a host that only ends like an allowed one (`shop.example.evil`)',
      'https://shop.example.evil/',
      'target_host',
    ],
    ['a host below an allowed one', 'https://a.shop.example/', 'target_host'],
    ['a host with a dot behind it', 'https://shop.example./', 'target_host'],
    ['a line break', 'https://shop.example/\r\nSet-Cookie: a=b', 'target_malformed'],
    ['a NUL', 'https://shop.example\0.evil.example/', 'target_malformed'],
  ])('%s → the program’s stored landing URL, reason recorded', async (_, target, reason) => {
    await expectRefused(`url=${encodeURIComponent(target)}`, reason);
    // As links have it that nobody encoded, where HTTP lets it through.
    if (/^[\x21-\x7e]+$/.test(target)) await expectRefused(`url=${target}`, reason);
  });

  test.each(['', 'url=', 'url'])('missing target → stored landing URL: `?%s`', async (query) => {
    const reply = await say(get(`/v1/click/deep?${query}`));
    attacked.expectOneMore();
    expect(reply).toMatchObject({ status: 302, headers: { location: landingUrl } });
    expect(reply!.headers).not.toHaveProperty('x-tracking-redirect');
    expect(await attacked.latestEvent()).toMatchObject({ landingUrl, redirectReason: '' });
  });

  const target = 'https://far.example/sale';
  const nowS = Math.floor(Date.now() / 1000);
  const link = (expiresAtS: number, own: Record<string, string> = {}, by: Uint8Array = key) => {
    const sig = sign(linkText({ programId: 'deep', target, expiresAtS }), by);
    return new URLSearchParams({
      url: target,
      expires: String(expiresAtS),
      key: 'k1',
      sig,
      ...own,
    }).toString();
  };

  test('a signed target is gone to: the next cases differ in one thing each', async () => {
    const reply = await say(get(`/v1/click/deep?${link(nowS + 3600)}`));
    attacked.expectOneMore();
    expect(reply).toMatchObject({ status: 302, headers: { location: target } });
  });

  test.each([
    ['forged signature', link(nowS + 3600, {}, Buffer.alloc(32, 8)), 'target_signature'],
    ['forged signature, of another length', link(nowS + 3600, { sig: 'x' }), 'target_signature'],
    ['forged signature, over another target', link(nowS + 3600, { url: `${target}s` }), 'target_signature'],
    [
      'forged signature, over another expiry',
      link(nowS + 3600, { expires: String(nowS + 3601) }),
      'target_signature',
    ],
    ['expired signature', link(nowS - 1), 'target_expired'],
    ['signature of an unknown key', link(nowS + 3600, { key: 'k2' }), 'target_key'],
    ['signature without a key', link(nowS + 3600, { key: '' }), 'target_key'],
  ])('%s → stored landing URL', async (_, query, reason) => {
    await expectRefused(query, reason);
  });

  test('`X-Forwarded-Host` → never used', async () => {
    const evil = ['X-Forwarded-Host: evil.example', 'X-Forwarded-Proto: http', 'X-Host: evil.example'];
    for (const headers of [evil, ['Forwarded: host=evil.example;proto=http', 'X-Forwarded-Port: 8443']]) {
      const reply = await say(get('/v1/click/deep?url=/sale', ...headers));
      attacked.expectOneMore();
      expect(JSON.stringify(reply!.headers)).not.toContain('evil');
      expect(reply!.headers.location).toBe(landingUrl);
      expect(JSON.stringify(await attacked.latestEvent())).not.toContain('evil');
    }
  });

  test('prefetch, `HEAD` → answered, ignored: also where a target is refused', async () => {
    const path = '/v1/click/deep?url=javascript:alert(1)';
    const head = await headOf(crlf(`HEAD ${path} HTTP/1.1`, 'Host: a', 'Connection: close'));
    const prefetch = await headOf(get(path, 'Sec-Purpose: prefetch', 'Connection: close'));
    for (const text of [head, prefetch]) {
      expect(text).toMatch(/^HTTP\/1\.1 302 /);
      expect(text).toContain('\r\nx-tracking-verdict: ignored\r\n');
      expect(text).toContain('\r\nx-tracking-redirect: refused; reason=target_scheme\r\n');
      expect(text).toContain(`\r\nlocation: ${landingUrl}\r\n`);
      expect(text).not.toContain('set-cookie');
    }
  });

  async function headOf(bytes: string): Promise<string> {
    const connection = await attacked.open();
    void connection.send(bytes);
    return (await connection.rest())
      .toLowerCase()
      .replace(/^http/, 'HTTP')
      .split('\r\n\r\n')[0]!
      .concat('\r\n');
  }
});

describe('identity', () => {
  const pixel = '/v1/impression/aurora-shoes';

  async function addressOf(...headers: string[]): Promise<string> {
    expectPixel(await say(get(pixel, ...headers)), 200, 'accepted');
    attacked.expectOneMore();
    return (await attacked.latestEvent()).ip;
  }

  test('ten hops of `X-Forwarded-For` → the rightmost untrusted address', async () => {
    const hops = ['198.51.100.1', 'evil.example', '::1', '10.9.9.9', '192.0.2.66', '203.0.113.77'];
    const own = ['10.0.0.4', '10.0.0.3', '10.0.0.2', '10.0.0.1'];
    expect(await addressOf(`X-Forwarded-For: ${[...hops, ...own].join(', ')}`)).toBe('203.0.113.0');
    // In several headers, which are one list.
    expect(await addressOf(...[...hops, ...own].map((hop) => `X-Forwarded-For: ${hop}`))).toBe('203.0.113.0');
  });

  test.each([
    ['no address where the rightmost is none', '203.0.113.77, unknown, 10.0.0.1', ''],
    ['the nearest where all are ours', '10.7.0.1, 10.8.0.1', '10.7.0.0'],
    ['none of two thousand of ours', Array(1_500).fill('10.6.0.1').join(','), '10.6.0.0'],
    [
      'the sixteenth where there are more',
      `203.0.113.77, ${Array(40).fill('10.5.0.1').join(', ')}`,
      '10.5.0.0',
    ],
    ['who is connected where there is none', ', ,', '127.0.0.0'],
  ])('`X-Forwarded-For` that names %s', async (_, hops, ip) => {
    expect(await addressOf(`X-Forwarded-For: ${hops}`)).toBe(ip);
  });

  test.each([
    '__Host-trackline=',
    '__Host-trackline=<script>',
    `__Host-trackline="${visitorId}"`,
    `__Host-trackline=${visitorId}x`,
    `__Host-trackline=${visitorId.slice(1)}`,
    '__Host-trackline=%zz',
    '__Host-trackline=../../../../../../..',
    `__Host-trackline=\xff${visitorId}`,
    `x__Host-trackline=${visitorId}`,
    `trackline=${visitorId}`,
    '=;=;;;',
  ])('malformed cookie → a new visitor id: `%s`', async (cookie) => {
    const reply = await say(get(pixel, `Cookie: ${cookie}`));
    expectPixel(reply, 200, 'accepted');
    attacked.expectOneMore();
    const { visitorId: made } = await attacked.latestEvent();
    expect(made).toMatch(/^[\w-]{22}$/);
    expect(made).not.toBe(visitorId);
    expect(reply!.headers['set-cookie']).toContain(`__Host-trackline=${made};`);
  });

  test('a cookie that is one → the visitor that it names', async () => {
    const reply = await say(get(pixel, `Cookie: a=b; __Host-trackline=${visitorId}`));
    attacked.expectOneMore();
    expect(reply!.headers).not.toHaveProperty('set-cookie');
    expect((await attacked.latestEvent()).visitorId).toBe(visitorId);
  });
});

describe('an idempotency key', () => {
  const order = { orderId: 'o-1', amount: '1', currency: 'EUR' };
  const weekMs = 7 * 86_400_000;
  const keyAt = (ms: number) => newMessageId(ms, randomFillSync);

  function postOrder(idempotencyKey: string) {
    const body = JSON.stringify({ ...order, idempotencyKey });
    const headers = ['Content-Type: application/json', `Content-Length: ${body.length}`];
    return say(post('/v1/transaction/aurora-shoes', body, ...headers));
  }

  test.each([
    ['from next week', keyAt(Date.now() + weekMs)],
    ['from last week', keyAt(Date.now() - weekMs)],
    ['that is no UUID', 'order-1'],
    ['that is another UUID', 'f81d4fae-7dec-41d0-a765-00a0c91e6bf6'],
    ['of 16,000 characters', 'a'.repeat(16_000)],
  ])('%s → 400', async (_, idempotencyKey) => {
    expectJson(await postOrder(idempotencyKey), 400, 'idempotency_key_malformed');
  });

  test('that repeats a click id → an id of its own, and the click as it was', async () => {
    await say(get('/v1/click/aurora-shoes?publisher=p1&sub1=mine'));
    attacked.expectOneMore();
    const click = await attacked.latestEvent();
    const named = ['', 'p1'].map((publisher) => ({ ...order, publisher, idempotencyKey: click.messageId }));
    const thieves = [
      ...named.map((each) => ({ ...each, type: 'transaction', programId: 'aurora-shoes' })),
      { type: 'click', programId: 'aurora-shoes', publisher: 'p1', idempotencyKey: click.messageId },
      { type: 'impression', programId: 'aurora-shoes', idempotencyKey: click.messageId.toUpperCase() },
    ];
    const body = JSON.stringify(thieves);
    const headers = ['Content-Type: application/json', `Content-Length: ${body.length}`];
    const reply = await say(post('/v1/events', body, ...headers));
    for (const _ of thieves) attacked.expectOneMore();
    await attacked.latestEvent();
    const outcomes = JSON.parse(reply!.body.toString()).outcomes as { messageId: string }[];
    expect(outcomes).toHaveLength(thieves.length);
    for (const { messageId } of outcomes) expect(messageId).not.toBe(click.messageId);
    const kept = attacked.events().filter(({ messageId }) => messageId === click.messageId);
    expect(kept).toEqual([click]);
  });
});
