import { newMessageId } from '@trackline/domain/message-id';
import { type CallReason, verdictHeader } from '@trackline/domain/verdict';
import { describe, expect, test } from 'vitest';
import { RawConnection } from '../../../../test/helpers/raw-http.ts';
import { ScriptedSpool } from '../../../../test/helpers/scripted-spool.ts';
import { buildTracker } from '../../../../test/helpers/tracker.ts';
import { until } from '../../../../test/helpers/until.ts';
import { pooledRandomBytes } from '../../random-bytes.ts';
import type { DurabilitySettings } from '../../shipping/durability.ts';
import type { SpoolOutcome } from '../../shipping/spool.ts';

/** What each call is told when the spool has settled its event, with transactions that wait for the stream. */

const durability: DurabilitySettings = {
  impression: 'disk',
  click: 'memory',
  transaction: 'stream',
  batch: null,
};
const order = { orderId: 'order-1', amount: '12.30', currency: 'EUR' };
const query = 'order_id=order-1&amount=12.30&currency=EUR';
const transaction = { type: 'transaction', programId: 'aurora-shoes', ...order };
const impression = { type: 'impression', programId: 'aurora-shoes' };
const newKey = () => newMessageId(Date.now(), pooledRandomBytes());

async function build(settings: Partial<DurabilitySettings> = {}) {
  const spool = new ScriptedSpool();
  const built = await buildTracker({ spool, settings: { durability: { ...durability, ...settings } } }, true);
  const get = (path: string) => fetch(`${built.url}${path}`, { redirect: 'manual' });
  const post = (path: string, body: unknown) =>
    fetch(`${built.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  return {
    ...built,
    spool,
    calls: {
      'GET /v1/transaction': () => get(`/v1/transaction/aurora-shoes?${query}`),
      'POST /v1/transaction': () => post('/v1/transaction/aurora-shoes', order),
      'GET /v1/events': () => get(`/v1/events/aurora-shoes?type=transaction&${query}`),
      'POST /v1/events': () => post('/v1/events', [transaction]),
    },
    get,
    post,
    sample: async (labels: string) =>
      (await (await fetch(`${built.adminUrl}/metrics`)).text()).includes(
        `trackline_verdicts_total{${labels}} 1\n`,
      ),
  };
}

const routes = ['GET /v1/transaction', 'POST /v1/transaction', 'GET /v1/events', 'POST /v1/events'] as const;
const outcomes: readonly [SpoolOutcome, CallReason][] = [
  ['unconfirmed', 'stream_unconfirmed'],
  ['full', 'spool_full'],
  ['failed', 'spool_failed'],
];

describe.each(routes)('%s, of a transaction', (route) => {
  test('is answered when the event is settled, and not before', async () => {
    const { calls, spool } = await build();
    spool.outcome = () => null;
    let isAnswered = false;
    const reply = calls[route]().finally(() => {
      isAnswered = true;
    });
    await until('the event', () => spool.waiting === 1);
    expect(spool.given[0]!.durability).toBe('stream');
    expect(isAnswered).toBe(false);
    spool.settle('accepted');
    expect((await reply).headers.get('x-tracking-verdict')).toMatch(/^accepted/);
  });

  test.each(outcomes)('%s: is told to come again with %s, and no message id', async (outcome, reason) => {
    const { calls, spool, sample } = await build();
    spool.outcome = () => outcome;
    const reply = await calls[route]();
    expect(reply.status).toBe(503);
    expect(reply.headers.get('x-tracking-verdict')).toBe(verdictHeader(reason));
    expect(Number(reply.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(await reply.text()).not.toContain('messageId');
    expect(await sample(`type="transaction",verdict="shed",reason="${reason}"`)).toBe(true);
  });
});

describe('a batch', () => {
  test('has an outcome for each event, whenever it was settled, in their order', async () => {
    const { post, spool } = await build();
    spool.outcome = ({ type }) => (type === 'transaction' ? null : 'accepted');
    const reply = post('/v1/events', [transaction, impression, { ...impression, programId: 'nowhere' }]);
    await until('the transaction', () => spool.waiting === 1);
    expect(spool.given.map((each) => each.durability)).toEqual(['stream', 'disk']);
    spool.settle('unconfirmed');
    const { status, headers } = await reply;
    expect(status).toBe(202);
    expect(headers.get('x-tracking-verdict')).toBe('accepted; accepted=1; rejected=1; shed=1');
    const message = expect.any(String);
    expect(await (await reply).json()).toEqual({
      outcomes: [
        { verdict: 'shed', reason: 'stream_unconfirmed', message },
        { verdict: 'accepted', messageId: spool.given[1]!.event.messageId },
        { verdict: 'rejected', reason: 'program_unknown', message },
      ],
    });
  });

  test('has a durability of its own, where it is given one', async () => {
    const { post, get, spool } = await build({ batch: 'stream' });
    await post('/v1/events', [impression, { ...impression, type: 'click' }]);
    await get('/v1/impression/aurora-shoes');
    await get('/v1/click/aurora-shoes');
    expect(spool.given.map((each) => each.durability)).toEqual(['stream', 'stream', 'disk', 'memory']);
  });
});

test('what was not confirmed is the same event when it is sent again under its key', async () => {
  const { post, spool } = await build();
  const sent = { ...order, idempotencyKey: newKey() };
  spool.outcome = () => 'unconfirmed';
  expect((await post('/v1/transaction/aurora-shoes', sent)).status).toBe(503);
  spool.outcome = () => 'accepted';
  const again = await post('/v1/transaction/aurora-shoes', sent);
  expect(again.status).toBe(202);
  const [first, second] = spool.given.map(({ event }) => event.messageId);
  expect(second).toBe(first);
  expect(await again.json()).toMatchObject({ messageId: first });
});

test('a browser is made the visitor of an event that was not confirmed, since it is kept; of no other', async () => {
  const { calls, spool } = await build();
  const cookieWhen = async (outcome: SpoolOutcome) => {
    spool.outcome = () => outcome;
    return (await calls['GET /v1/transaction']()).headers.get('set-cookie');
  };
  expect(await cookieWhen('unconfirmed')).toContain(spool.given[0]!.event.visitorId);
  expect(await cookieWhen('full')).toBeNull();
  expect(await cookieWhen('failed')).toBeNull();
});

test('whoever clicks is sent on while their click is not kept', async () => {
  const { get, spool } = await build();
  for (const outcome of ['full', 'failed'] as const) {
    spool.outcome = () => outcome;
    const reply = await get('/v1/click/aurora-shoes');
    expect(reply.status).toBe(302);
    expect(reply.headers.get('x-tracking-verdict')).toBe(`shed; reason=spool_${outcome}`);
  }
});

test.each(['accepted', 'unconfirmed', 'full', 'failed'] as const)(
  'a client that is gone before its event is settled as %s: it is counted, and nothing fails',
  async (outcome) => {
    const { tracker, url, spool, sample, get, logged } = await build();
    spool.outcome = () => null;
    const connection = await RawConnection.open(url);
    await connection.send(`GET /v1/transaction/aurora-shoes?${query} HTTP/1.1\r\nHost: t.example\r\n\r\n`);
    await until('the event', () => spool.waiting === 1);
    connection.reset();
    const connections = () =>
      new Promise<number>((resolve) => {
        tracker.publicServer.server.getConnections((_error, count) => resolve(count));
      });
    await until('the connection to be gone', async () => (await connections()) === 0);
    spool.settle(outcome);
    const verdict = outcome === 'accepted' ? 'accepted' : 'shed';
    const reason = outcomes.find(([name]) => name === outcome)?.[1] ?? '';
    expect(await sample(`type="transaction",verdict="${verdict}",reason="${reason}"`)).toBe(true);
    spool.outcome = () => 'accepted';
    expect((await get('/v1/impression/aurora-shoes')).status).toBe(200);
    expect(logged).toEqual([]);
  },
);
