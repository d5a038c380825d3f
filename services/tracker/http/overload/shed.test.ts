import { describe, expect, test } from 'vitest';
import { RawConnection } from '../../../../test/helpers/raw-http.ts';
import { ScriptedSpool } from '../../../../test/helpers/scripted-spool.ts';
import {
  buildTracker,
  GivenPrograms,
  program,
  type TrackerOverrides,
} from '../../../../test/helpers/tracker.ts';
import { until } from '../../../../test/helpers/until.ts';
import { limits } from '../../limits.ts';
import { gif } from '../answers/pixel.ts';
import { readCorsOrigins } from '../cors.ts';

/** A tracker whose disk is far behind. */
async function overloaded(overrides: Omit<TrackerOverrides, 'spool'> = {}, listening = false) {
  const spool = new ScriptedSpool();
  spool.queuedBytes = limits.overloadQueueBytesHigh;
  const built = await buildTracker({ ...overrides, spool }, listening);
  const { publicServer, adminServer } = built.tracker;
  return {
    ...built,
    spool,
    get: (url: string, headers = {}) => publicServer.inject({ url, headers }),
    post: (url: string, payload: object) => publicServer.inject({ method: 'POST', url, payload }),
    admin: (url: string) => adminServer.inject(url),
  };
}

const shed = { 'x-tracking-verdict': 'shed; reason=overloaded', 'cache-control': 'no-store' };
const message = expect.any(String);

describe('a tracker with too much to do', () => {
  test.each([
    '/v1/impression/aurora-shoes',
    '/v1/impression/aurora-shoes?f=b',
    '/v1/transaction/aurora-shoes',
  ])('GET %s gets the pixel, and 503', async (path) => {
    const { get, spool } = await overloaded();
    const reply = await get(path);
    expect(reply.statusCode).toBe(503);
    expect(reply.headers).toMatchObject({ ...shed, 'content-type': 'image/gif', expires: '0' });
    expect(reply.rawPayload.equals(gif)).toBe(true);
    expect(spool.given).toEqual([]);
  });

  test.each([
    ['GET', '/v1/events/aurora-shoes?type=click'],
    ['GET', '/v1/nothing'],
    ['POST', '/v1/transaction/aurora-shoes'],
    ['POST', '/v1/events'],
  ])('%s %s gets the error, and 503', async (method, path) => {
    const { get, post, spool } = await overloaded();
    const reply = await (method === 'GET' ? get(path) : post(path, [{}]));
    expect(reply.statusCode).toBe(503);
    expect(reply.headers).toMatchObject({ ...shed, 'content-type': 'application/json; charset=utf-8' });
    expect(reply.json()).toEqual({ error: { code: 'overloaded', message } });
    expect(spool.given).toEqual([]);
  });

  test.each([
    [0, '1'],
    [0.5, '2'],
    [0.999, '3'],
  ])('says when to come again, by chance: %s → %s s', async (chance, seconds) => {
    const { get } = await overloaded({ random: () => chance });
    expect((await get('/v1/impression/aurora-shoes')).headers['retry-after']).toBe(seconds);
  });

  test('sends on whoever clicks, and counts no click', async () => {
    const { get, spool, admin } = await overloaded();
    const reply = await get('/v1/click/aurora-shoes?publisher=p1');
    expect(reply.statusCode).toBe(302);
    expect(reply.headers).toMatchObject({
      ...shed,
      location: 'https://shop.example/shoes?utm_source=trackline',
    });
    expect(spool.given).toEqual([]);
    const metrics = (await admin('/metrics')).body;
    expect(metrics).toContain('verdicts_total{type="click",verdict="shed",reason="overloaded"} 1\n');
  });

  test('…to the target that a link names, without the id of a click; and where there is none, says why', async () => {
    const given = [program({ deepLinkHosts: ['shop.example'] }), program({ id: 'paused', status: 'paused' })];
    const { get } = await overloaded({ programs: new GivenPrograms(given) });
    const target = encodeURIComponent('https://shop.example/boots?cid={click_id}');
    const aimed = await get(`/v1/click/aurora-shoes?url=${target}`);
    expect(aimed.headers).toMatchObject({ ...shed, location: 'https://shop.example/boots?cid=' });
    const paused = await get('/v1/click/paused');
    expect([paused.statusCode, paused.headers['x-tracking-verdict']]).toEqual([
      302,
      'rejected; reason=program_paused',
    ]);
    expect((await get('/v1/click/nowhere')).statusCode).toBe(404);
  });

  test('what is ignored is ignored all the same', async () => {
    const { get, tracker } = await overloaded();
    const prefetch = { 'sec-purpose': 'prefetch' };
    const verdictOf = async (path: string) => (await get(path, prefetch)).headers['x-tracking-verdict'];
    expect(await verdictOf('/v1/impression/aurora-shoes')).toBe('ignored');
    expect(await verdictOf('/v1/click/aurora-shoes')).toBe('ignored');
    const head = await tracker.publicServer.inject({ method: 'HEAD', url: '/v1/impression/aurora-shoes' });
    expect([head.statusCode, head.headers['x-tracking-verdict'], head.body]).toEqual([503, 'ignored', '']);
  });

  test('a page’s script may read it where it may read others, and ask beforehand', async () => {
    const origin = 'https://shop.example';
    const { url } = await overloaded({ settings: { cors: readCorsOrigins(origin) } }, true);
    const reply = await fetch(`${url}/v1/events/aurora-shoes?type=impression`, { headers: { origin } });
    expect(Object.fromEntries(reply.headers)).toMatchObject({
      ...shed,
      'access-control-allow-origin': origin,
      'access-control-expose-headers': expect.stringContaining('retry-after'),
      vary: 'Origin',
    });
    const preflight = await fetch(`${url}/v1/events`, { method: 'OPTIONS', headers: { origin } });
    expect(preflight.status).toBe(204);
  });

  test('stays ready, and shows what it sheds and why', async () => {
    const { get, post, admin } = await overloaded();
    await get('/v1/impression/aurora-shoes');
    await post('/v1/transaction/aurora-shoes', {});
    await post('/v1/events', []);
    expect((await admin('/readyz')).statusCode).toBe(200);
    expect((await admin('/livez')).statusCode).toBe(200);
    const metrics = (await admin('/metrics')).body;
    for (const type of ['impression', 'transaction', 'none']) {
      expect(metrics).toContain(`verdicts_total{type="${type}",verdict="shed",reason="overloaded"} 1\n`);
    }
    expect(metrics).toContain('trackline_overloaded{trigger="queue"} 1\n');
    expect(metrics).toContain('trackline_overloaded{trigger="loop"} 0\n');
  });

  test('takes calls again once the disk has caught up, and has said both in its log', async () => {
    const { get, spool, logged } = await overloaded();
    await get('/v1/impression/aurora-shoes');
    spool.queuedBytes = limits.overloadQueueBytesLow;
    const reply = await get('/v1/impression/aurora-shoes');
    expect(reply.headers['x-tracking-verdict']).toBe('accepted');
    expect(logged).toMatchObject([
      { event: 'overload_began', trigger: 'queue', queuedBytes: limits.overloadQueueBytesHigh },
      { event: 'overload_ended', trigger: 'queue' },
    ]);
  });
});

describe('on its connection', () => {
  const impression = 'GET /v1/impression/aurora-shoes HTTP/1.1\r\nHost: t.example\r\n\r\n';

  test('a call without a body leaves it open for the next', async () => {
    const { url, spool } = await overloaded({}, true);
    const connection = await RawConnection.open(url);
    await connection.send(impression);
    expect(await connection.reply()).toMatchObject({ status: 503, headers: { connection: 'keep-alive' } });
    spool.queuedBytes = 0;
    await connection.send(impression);
    expect(await connection.reply()).toMatchObject({ status: 200 });
  });

  test('a body is not read: the answer comes before it, and ends the connection', async () => {
    const { url } = await overloaded({}, true);
    const connection = await RawConnection.open(url);
    await connection.send(
      'POST /v1/events HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 999999\r\n\r\n[',
    );
    const reply = await connection.reply();
    expect(reply).toMatchObject({ status: 503, headers: { ...shed, connection: 'close' } });
    expect(await connection.rest()).toBe('');
  });
});

test('a loop that is really blocked sheds, and takes calls again when it is free', async () => {
  const { url, adminUrl } = await buildTracker(
    { limits: { overloadLoopDelayMsHigh: limits.overloadLoopDelayMsHigh } },
    true,
  );
  const impression = async () => {
    const reply = await fetch(`${url}/v1/impression/aurora-shoes`);
    return reply.headers.get('x-tracking-verdict');
  };
  let isBusy = true;
  const work = () => {
    const untilMs = performance.now() + 2 * limits.overloadLoopDelayMsHigh;
    while (performance.now() < untilMs);
    if (isBusy) setImmediate(work);
  };
  work();
  await until('a call to be shed', async () => (await impression()) === 'shed; reason=overloaded', 60_000);
  const metrics = await (await fetch(`${adminUrl}/metrics`)).text();
  expect(metrics).toContain('trackline_overloaded{trigger="loop"} 1\n');
  expect((await fetch(`${adminUrl}/readyz`)).status).toBe(200);
  isBusy = false;
  await until('a call to be taken', async () => (await impression()) === 'accepted');
}, 90_000);
