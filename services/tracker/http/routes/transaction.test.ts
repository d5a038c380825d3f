import { randomFillSync } from 'node:crypto';
import { newMessageId } from '@trackline/domain/message-id';
import { sign, transactionText } from '@trackline/proto/signature';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  buildTracker,
  GivenPrograms,
  program,
  type TrackerOverrides,
} from '../../../../test/helpers/tracker.ts';
import { until } from '../../../../test/helpers/until.ts';

const key = Buffer.alloc(32, 7);
const other = Buffer.alloc(32, 8);
const keyring = { key: (id: string) => ({ k1: key, k2: other })[id] ?? null };
const signed = new GivenPrograms([program({ signingKeyIds: ['k1'] })]);

const order = { orderId: 'o-1', amount: '19.90', currency: 'EUR' };
const query = 'order_id=o-1&amount=19.90&currency=EUR';

async function get(path: string, overrides: TrackerOverrides = {}) {
  const built = await buildTracker({ keyring, ...overrides });
  const reply = await built.tracker.publicServer.inject({ method: 'GET', url: `/v1/transaction/${path}` });
  return { ...built, reply };
}

async function post(
  payload: unknown,
  overrides: TrackerOverrides = {},
  type = 'application/json',
  path = 'aurora-shoes',
) {
  const built = await buildTracker({ keyring, ...overrides });
  const reply = await built.tracker.publicServer.inject({
    method: 'POST',
    url: `/v1/transaction/${path}`,
    headers: { 'content-type': type },
    payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
  });
  return { ...built, reply };
}

async function eventOf({ stream }: Awaited<ReturnType<typeof post>>) {
  await until('the event', () => stream.events.length === 1);
  return stream.events[0]!;
}

describe('POST /v1/transaction/:programId', () => {
  test('takes JSON, and tells the event’s id and what became of it', async () => {
    const built = await post({ ...order, status: 'approved', clickId: 'c-1', publisher: 'p1', sub1: 'x' });
    const { reply } = built;
    expect(reply.statusCode).toBe(202);
    expect(reply.headers['x-tracking-verdict']).toBe('accepted');
    expect(reply.headers).not.toHaveProperty('set-cookie');
    const event = await eventOf(built);
    expect(reply.json()).toEqual({ messageId: event.messageId, verdict: 'accepted', claims: true });
    expect(event).toMatchObject({
      type: 'transaction',
      programId: 'aurora-shoes',
      publisherId: 'p1',
      clickId: 'c-1',
      visitorId: '',
      params: { sub1: 'x' },
      transaction: { ...order, status: 'approved', claims: true },
    });
  });

  test('takes a form', async () => {
    const built = await post(`${query}&click_id=c-1`, {}, 'application/x-www-form-urlencoded');
    expect(built.reply.statusCode).toBe(202);
    expect(await eventOf(built)).toMatchObject({
      clickId: 'c-1',
      transaction: { ...order, status: 'pending', claims: true },
    });
  });

  test('the path names the program, whatever the body says', async () => {
    expect(await eventOf(await post({ ...order, programId: 'other' }))).toMatchObject({
      programId: 'aurora-shoes',
    });
  });

  test.each([
    ['program_unknown', 404, 'nowhere'],
    ['id_malformed', 400, 'a.b'],
    ['id_too_long', 414, 'a'.repeat(65)],
    ['program_unknowable', 503, 'unknowable'],
    ['program_paused', 410, 'paused'],
  ])('%s is a JSON error', async (code, status, id) => {
    const programs = new GivenPrograms([program({ id: 'paused', status: 'paused' })]);
    programs.set('unknowable', { kind: 'unknowable' });
    const { reply } = await post(order, { programs }, 'application/json', id);
    expect(reply.statusCode).toBe(status);
    expect(reply.json()).toEqual({ error: { code, message: expect.any(String) } });
  });
});

describe('GET /v1/transaction/:programId', () => {
  test('answers as a pixel', async () => {
    const built = await get(`aurora-shoes?${query}&click_id=c-1&publisher=p1`);
    expect(built.reply.statusCode).toBe(200);
    expect(built.reply.headers['content-type']).toBe('image/gif');
    expect(await eventOf(built)).toMatchObject({ type: 'transaction', clickId: 'c-1', publisherId: 'p1' });
  });

  test('a beacon gets no body', async () => {
    expect((await get(`aurora-shoes?${query}&f=b`)).reply.statusCode).toBe(204);
  });

  test('what is rejected is a GIF all the same', async () => {
    const { reply } = await get(`aurora-shoes?order_id=o-1&amount=x&currency=EUR`);
    expect(reply.statusCode).toBe(400);
    expect(reply.headers['content-type']).toBe('image/gif');
    expect(reply.headers['x-tracking-verdict']).toBe('rejected; reason=amount_malformed');
  });

  test('on a program that can’t be known it is taken, unverified, and claims no order', async () => {
    const programs = new GivenPrograms([]);
    programs.set('unknowable', { kind: 'unknowable' });
    const event = await eventOf(await get(`unknowable?${query}&key=k1&sig=x`, { programs }));
    expect(event).toMatchObject({ unverified: true, transaction: { claims: false } });
  });
});

describe('what a transaction has to say', () => {
  test.each([
    [{ orderId: '' }, 'order_id_malformed'],
    [{ orderId: 'x'.repeat(51) }, 'order_id_malformed'],
    [{ orderId: 'a b' }, 'order_id_malformed'],
    [{ orderId: 'a\nb' }, 'order_id_malformed'],
    [{ orderId: 'ä' }, 'order_id_malformed'],
    [{ amount: '' }, 'amount_malformed'],
    [{ amount: '-1' }, 'amount_malformed'],
    [{ amount: '+1' }, 'amount_malformed'],
    [{ amount: 'NaN' }, 'amount_malformed'],
    [{ amount: '1e400' }, 'amount_malformed'],
    [{ amount: '1,50' }, 'amount_malformed'],
    [{ amount: '.5' }, 'amount_malformed'],
    [{ amount: '5.' }, 'amount_malformed'],
    [{ amount: '0x10' }, 'amount_malformed'],
    [{ amount: ' 1' }, 'amount_malformed'],
    [{ amount: '1.1234567' }, 'amount_malformed'],
    [{ amount: '9007199254740993' }, 'amount_malformed'],
    [{ amount: '9007199254740992.01' }, 'amount_malformed'],
    [{ amount: '99999999999999999' }, 'amount_malformed'],
    [{ currency: '' }, 'currency_unknown'],
    [{ currency: 'eur' }, 'currency_unknown'],
    [{ currency: 'EURO' }, 'currency_unknown'],
    [{ currency: 'ZZZ' }, 'currency_unknown'],
    [{ currency: 'DEM' }, 'currency_unknown'],
    [{ status: 'paid' }, 'status_malformed'],
    [{ status: 'Pending' }, 'status_malformed'],
    [{ clickId: 'a b' }, 'id_malformed'],
    [{ publisher: 'a b' }, 'id_malformed'],
    [{ idempotencyKey: 'x' }, 'idempotency_key_malformed'],
  ])('%j → %s', async (wrong, code) => {
    const { reply, spool } = await post({ ...order, ...wrong });
    expect(reply.statusCode).toBe(400);
    expect(reply.json()).toMatchObject({ error: { code } });
    expect(spool.account().acceptedThrough).toBe(0);
  });

  test('an amount is kept digit by digit', async () => {
    for (const amount of [
      '0',
      '0.1',
      '12.30',
      '0012.5',
      '9007199254740992',
      '9007199254740992.000',
      '1.000001',
    ]) {
      expect(await eventOf(await post({ ...order, amount }))).toMatchObject({ transaction: { amount } });
    }
  });

  test('whatever an amount is, it is a decimal in its bounds or refused', async () => {
    const { tracker } = await buildTracker();
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.string(), fc.double().map(String), fc.bigInt().map(String)),
        async (amount) => {
          const reply = await tracker.publicServer.inject({
            method: 'POST',
            url: '/v1/transaction/aurora-shoes',
            payload: { ...order, amount },
          });
          const isRight = /^\d{1,16}(\.\d{1,6})?$/.test(amount) && Number(amount) <= 2 ** 53;
          expect(reply.statusCode).toBe(isRight ? 202 : 400);
        },
      ),
    );
  });
});

describe('signatures', () => {
  const said = { ...order, status: 'approved', clickId: 'c-1', publisher: 'p1' };
  const text = transactionText({ ...said, publisherId: 'p1', programId: 'aurora-shoes' });
  const sig = sign(text, key);

  /** Another text of which base64url makes the same bytes: of the last character, two bits are not read. */
  function sameBytes(text: string): string {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const other = text.slice(0, -1) + alphabet[alphabet.indexOf(text.at(-1)!) ^ 1];
    expect(Buffer.from(other, 'base64url')).toEqual(Buffer.from(text, 'base64url'));
    return other;
  }

  test('a signed transaction of a program with keys claims its order', async () => {
    const built = await post({ ...said, key: 'k1', sig }, { programs: signed });
    expect(built.reply.json()).toMatchObject({ verdict: 'accepted', claims: true });
  });

  test('an unsigned one is an event, and claims nothing', async () => {
    const built = await post(said, { programs: signed });
    expect(built.reply.json()).toMatchObject({ verdict: 'accepted', claims: false });
    expect(await eventOf(built)).toMatchObject({ transaction: { claims: false } });
  });

  test('an unsigned event under the key of a signed one does not stand for it', async () => {
    const { tracker } = await buildTracker({ keyring, programs: signed });
    const idempotencyKey = newMessageId(Date.now(), randomFillSync);
    const own = { ...said, type: 'transaction', programId: 'aurora-shoes', idempotencyKey };
    const payload = [
      own,
      { ...own, type: 'impression' },
      { ...own, key: 'k1', sig },
      { ...own, key: 'k1', sig },
    ];
    const reply = await tracker.publicServer.inject({ method: 'POST', url: '/v1/events', payload });
    const [unsigned, impression, first, again] = reply
      .json()
      .outcomes.map(({ messageId }: { messageId: string }) => messageId);
    expect(first).toBe(again);
    expect(first).not.toBe(unsigned);
    expect(first).not.toBe(impression);
  });

  test.each([
    ['forged', { key: 'k1', sig: sign(text, other) }],
    ['empty', { key: 'k1', sig: '' }],
    ['padded', { key: 'k1', sig: `${sig}=` }],
    ['the same bytes, written otherwise', { key: 'k1', sig: sameBytes(sig) }],
    ['without a key', { sig }],
    ['by a key of another program', { key: 'k2', sig: sign(text, other) }],
    ['by a key that there is not', { key: 'k3', sig }],
    ['over another amount', { key: 'k1', sig, amount: '1.00' }],
    ['over another order', { key: 'k1', sig, orderId: 'o-2' }],
    ['over another currency', { key: 'k1', sig, currency: 'USD' }],
    ['over another status', { key: 'k1', sig, status: 'pending' }],
    ['over another click', { key: 'k1', sig, clickId: 'c-2' }],
    ['over another publisher', { key: 'k1', sig, publisher: 'p2' }],
  ])('one that is %s → 401', async (_, wrong) => {
    const { reply, spool } = await post({ ...said, ...wrong }, { programs: signed });
    expect(reply.statusCode).toBe(401);
    expect(reply.json()).toMatchObject({ error: { code: 'signature_invalid' } });
    expect(spool.account().acceptedThrough).toBe(0);
  });

  test('a signature where the program has no keys is not right either', async () => {
    expect((await post({ ...said, key: 'k1', sig })).reply.statusCode).toBe(401);
  });
});

describe('bodies', () => {
  test.each([
    ['nothing', '', 'application/json', 400, 'body_empty'],
    ['blanks', '  ', 'application/json', 400, 'body_empty'],
    ['broken JSON', '{"orderId":', 'application/json', 400, 'body_malformed'],
    ['an array', '[]', 'application/json', 400, 'body_malformed'],
    ['a `__proto__` key', '{"__proto__":{},"orderId":"o-1"}', 'application/json', 400, 'body_malformed'],
    ['an escaped one', '{"\\u005f_proto__":{}}', 'application/json', 400, 'body_malformed'],
    [
      '`constructor.prototype`',
      '{"constructor":{"prototype":{}}}',
      'application/json',
      400,
      'body_malformed',
    ],
    ['XML', '<a/>', 'text/xml', 415, 'media_type_unsupported'],
    ['several parts', '--a', 'multipart/form-data; boundary=a', 415, 'media_type_unsupported'],
    ['many lines', '{}\n{}', 'application/x-ndjson', 415, 'media_type_unsupported'],
    ['another charset', '{}', 'application/json; charset=utf-16', 415, 'media_type_unsupported'],
    ['a type that is none', '{}', 'nonsense', 415, 'media_type_unsupported'],
    ['over 16 KiB', `{"a":"${'x'.repeat(16 * 1024)}"}`, 'application/json', 413, 'body_too_large'],
  ])('%s → %i', async (_, payload, type, status, code) => {
    const { reply } = await post(payload, {}, type as string);
    expect(reply.statusCode).toBe(status);
    expect(reply.json()).toEqual({ error: { code, message: expect.any(String) } });
    expect(reply.headers['x-tracking-verdict']).toBe(`rejected; reason=${code}`);
  });

  test('what is no UTF-8, and what is compressed, is not read', async () => {
    const { tracker } = await buildTracker();
    const say = (headers: Record<string, string>, payload: Buffer) =>
      tracker.publicServer.inject({ method: 'POST', url: '/v1/transaction/a', headers, payload });
    const json = 'application/json';
    const notUtf8 = await say({ 'content-type': json }, Buffer.from('{"sub1":"\xff"}', 'latin1'));
    expect(notUtf8.json()).toMatchObject({ error: { code: 'body_malformed' } });
    const gzipped = await say({ 'content-type': json, 'content-encoding': 'gzip' }, Buffer.from('{}'));
    expect(gzipped.statusCode).toBe(415);
  });
});
