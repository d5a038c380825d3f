import { describe, expect, test } from 'vitest';
import { attackedTracker, crlf, expectJson, get, post } from '../helpers/attacked-tracker.ts';
import { RawConnection } from '../helpers/raw-http.ts';
import { buildTracker } from '../helpers/tracker.ts';
import { until } from '../helpers/until.ts';

const attacked = attackedTracker();
const { say } = attacked;

const order = JSON.stringify({ orderId: 'o-1', amount: '1', currency: 'EUR' });
const elsewhere = JSON.stringify([{ type: 'impression', programId: 'nowhere' }]);
const json = 'Content-Type: application/json';

const subIds = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`sub${index + 1}`, 'x']));

describe('bodies, over the wire', () => {
  test('slow body → 408', async () => {
    const connection = await attacked.open();
    void connection.send(post('/v1/transaction/nowhere', '{"or', json, 'Content-Length: 100'));
    expectJson(await connection.reply(), 408, 'request_timeout');
    expect(await connection.rest()).toBe('');
  });

  test('a body that is none by its chunks → 400', async () => {
    const connection = await attacked.open();
    void connection.send(post('/v1/events', 'ZZZ\r\n', json, 'Transfer-Encoding: chunked'));
    expectJson(await connection.reply(), 400, 'malformed');
    expect(await connection.rest()).toBe('');
  });

  test('a body in chunks is a body', async () => {
    const chunks = [elsewhere.slice(0, 5), elsewhere.slice(5)].map(
      (part) => `${part.length.toString(16)}\r\n${part}\r\n`,
    );
    const reply = await say(
      post('/v1/events', `${chunks.join('')}0\r\n\r\n`, json, 'Transfer-Encoding: chunked'),
    );
    expect(reply).toMatchObject({ status: 202 });
  });

  test.each([
    ['`text/xml`, slowly', 415, 'media_type_unsupported', 'abc', ['Content-Type: text/xml']],
    ['no content type, slowly', 415, 'media_type_unsupported', 'abc', []],
    ['over the limit by its length', 413, 'body_too_large', 'x'.repeat(17_000), [json]],
  ] as const)('%s → %i, and what follows is no call', async (_, status, code, body, headers) => {
    const length = `Content-Length: ${Math.max(1_000, body.length)}`;
    const connection = await attacked.open();
    const call = get('/v1/impression/aurora-shoes');
    void connection.send(post('/v1/transaction/nowhere', body, ...headers, length) + call);
    const reply = await connection.reply();
    expectJson(reply, status, code);
    expect(reply!.headers.connection).toBe('close');
    expect(await connection.rest()).toBe('');
  });

  test('a body in 10,000 chunks of a byte → 400', async () => {
    const bytes = '1\r\n \r\n'.repeat(10_000);
    expectJson(await say(post('/v1/events', bytes, json, 'Transfer-Encoding: chunked')), 400, 'malformed');
  });

  test('who is refused hears it, though they send on before they listen', async () => {
    // As long as it may take a busy machine to send.
    const { url } = await buildTracker({ limits: { refusedLingerMs: 30_000 } }, true);
    for (const path of ['/v1/events', '/v1/impression/a']) {
      const connection = await RawConnection.open(url);
      connection.pause();
      await connection.send(post(path, '', 'Content-Type: text/xml', `Content-Length: ${2 ** 30}`));
      for (let i = 0; i < 256; i++) await connection.send('x'.repeat(64 * 1024));
      expect((await connection.reply())?.status).toBe(path === '/v1/events' ? 415 : 405);
      connection.close();
    }
  });

  test.each([
    ['another coding', 'Transfer-Encoding: gzip, chunked'],
    ['another coding last', 'Transfer-Encoding: chunked, gzip'],
    ['`identity`', 'Transfer-Encoding: identity'],
    ['`xchunked`', 'Transfer-Encoding: xchunked'],
    ['chunks twice', 'Transfer-Encoding: chunked, chunked'],
    ['two `Transfer-Encoding`', 'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked'],
    ['a sign in its length', 'Content-Length: +5'],
    ['a list of lengths', 'Content-Length: 5, 5'],
    ['a length in hexadecimal', 'Content-Length: 0x5'],
    ['a length of 20 digits', `Content-Length: ${'9'.repeat(20)}`],
    ['no length where it is named', 'Content-Length:'],
  ])('a body with %s → 400, and what follows is no call', async (_, header) => {
    const connection = await attacked.open();
    const body = `0\r\n\r\n${get('/v1/impression/aurora-shoes')}`;
    void connection.send(post('/v1/events', body, json, header));
    expectJson(await connection.reply(), 400, 'malformed');
    expect(await connection.rest()).toBe('');
  });

  test.each([
    ['a broken chunk extension', '2;a="b\r\n"\r\n[]\r\n0\r\n\r\n'],
    ['a chunk size beyond all', 'FFFFFFFFFFFFFFFFF\r\n[]\r\n0\r\n\r\n'],
    ['a negative chunk size', '-2\r\n[]\r\n0\r\n\r\n'],
    ['bare LF between chunks', '2\n[]\n0\n\n'],
    ['a space behind a chunk size', '2 \r\n[]\r\n0\r\n\r\n'],
    ['a chunk longer than it says', '2\r\n[]XX0\r\n\r\n'],
    ['a `Content-Length` behind its chunks', '2\r\n[]\r\n0\r\nContent-Length: 5\r\n\r\n'],
  ])('%s → 400', async (_, chunks) => {
    const connection = await attacked.open();
    void connection.send(post('/v1/events', chunks, json, 'Transfer-Encoding: chunked'));
    expectJson(await connection.reply(), 400, 'malformed');
    expect(await connection.rest()).toBe('');
  });

  test('chunks in HTTP/1.0, which has none → 400', async () => {
    const head = ['POST /v1/events HTTP/1.0', json, 'Transfer-Encoding: chunked'].join('\r\n');
    expectJson(await say(`${head}\r\n\r\n2\r\n[]\r\n0\r\n\r\n`), 400, 'malformed');
  });

  test('over the limit (16 KiB single) → 413, also while it is still being sent', async () => {
    const body = `{"a":"${'x'.repeat(2 * 1024 * 1024)}"}`;
    const length = `Content-Length: ${body.length}`;
    expectJson(await say(post('/v1/transaction/a', body, json, length)), 413, 'body_too_large');
  });

  test('over the limit (1 MiB batch), in chunks → 413', async () => {
    const connection = await attacked.open();
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    void connection.send(post('/v1/events', chunk.repeat(20), json, 'Transfer-Encoding: chunked'));
    expectJson(await connection.reply(), 413, 'body_too_large');
    connection.close();
  });

  test('`text/xml` → 415', async () => {
    const reply = await say(post('/v1/events', '<a/>', 'Content-Type: text/xml', 'Content-Length: 4'));
    expectJson(reply, 415, 'media_type_unsupported');
  });

  test('a body without a content type → 415', async () => {
    const reply = await say(post('/v1/events', '[]', 'Content-Length: 2'));
    expectJson(reply, 415, 'media_type_unsupported');
  });

  test('empty → 400, with a length or without', async () => {
    for (const headers of [[json, 'Content-Length: 0'], [json], []]) {
      expectJson(await say(post('/v1/transaction/nowhere', '', ...headers)), 400, 'body_empty');
      expectJson(await say(post('/v1/events', '', ...headers)), 400, 'body_empty');
    }
  });

  test.each([
    ['broken JSON', '{"orderId":'],
    ['JSON that is no object', '[1]'],
    ['`__proto__` keys', '{"__proto__":{"orderId":"o-1"}}'],
    ['`__proto__` keys, escaped', '{"\\u005f_proto__":1}'],
    ['`__proto__` keys, within', '{"params":{"a":{"__proto__":1}}}'],
    ['`constructor.prototype` keys', '{"constructor":{"prototype":{"claims":true}}}'],
    ['bytes that are no UTF-8', '{"sub1":"\xff"}'],
  ])('%s → 400', async (_, body) => {
    const length = `Content-Length: ${body.length}`;
    expectJson(await say(post('/v1/transaction/aurora-shoes', body, json, length)), 400, 'body_malformed');
    expect(({} as Record<string, unknown>).claims).toBeUndefined();
  });

  const batch = (events: readonly unknown[]) => {
    const body = JSON.stringify(events);
    return post('/v1/events', body, json, `Content-Length: ${body.length}`);
  };
  const seen = { type: 'impression', programId: 'aurora-shoes' };

  test('a batch of 0 → 400', async () => {
    expectJson(await say(batch([])), 400, 'batch_empty');
  });

  test('a batch of more than 500 events → 400', async () => {
    expectJson(await say(batch(Array(501).fill(seen))), 400, 'batch_too_large');
  });

  test.each([
    ['no object', 'text', 'body_malformed'],
    ['of no type', { programId: 'aurora-shoes' }, 'type_malformed'],
    ['on no program', { ...seen, programId: 'nowhere' }, 'program_unknown'],
    ['with 33 sub-ids', { ...seen, ...subIds(33) }, 'sub_ids_too_many'],
    ['that nests', { ...seen, publisher: { a: 1 } }, 'malformed'],
  ])(
    'a batch with one bad event, %s → 202, that one rejected, the others accepted',
    async (_, bad, reason) => {
      const reply = await say(batch([seen, bad, seen]));
      expect(reply).toMatchObject({
        status: 202,
        headers: { 'x-tracking-verdict': 'accepted; accepted=2; rejected=1; shed=0' },
      });
      expect(JSON.parse(reply!.body.toString()).outcomes).toMatchObject([
        { verdict: 'accepted' },
        { verdict: 'rejected', reason },
        { verdict: 'accepted' },
      ]);
      attacked.expectOneMore();
      attacked.expectOneMore();
    },
  );

  test('a connection is kept behind a body that was read', async () => {
    const connection = await attacked.open();
    for (let i = 0; i < 3; i++) {
      void connection.send(post('/v1/events', elsewhere, json, `Content-Length: ${elsewhere.length}`));
      const reply = await connection.reply();
      expect(reply).toMatchObject({ status: 202 });
      expect(reply!.headers.connection).not.toBe('close');
    }
    connection.close();
  });

  test('calls with bodies in one packet are answered one by one, in order', async () => {
    const connection = await attacked.open();
    const one = (id: string) => {
      const body = JSON.stringify([{ type: 'impression', programId: id }]);
      return post('/v1/events', body, json, `Content-Length: ${body.length}`);
    };
    void connection.send(one('nowhere') + one('paused') + crlf('FOO / HTTP/1.1'));
    const replies = [await connection.reply(), await connection.reply()];
    expect(replies.map((reply) => JSON.parse(reply!.body.toString()).outcomes[0].reason)).toEqual([
      'program_unknown',
      'program_paused',
    ]);
    expectJson(await connection.reply(), 400, 'malformed');
    connection.close();
  });

  test.each([
    ['closes', 'close'],
    ['resets', 'reset'],
  ] as const)(
    'a client that %s within its body leaves no event, and is counted once at most',
    async (...how) => {
      const [, goes] = how;
      const before = await rejections();
      const connection = await attacked.open();
      await connection.send(
        post('/v1/transaction/aurora-shoes', order.slice(0, 5), json, 'Content-Length: 90'),
      );
      await until('the connection', async () => (await attacked.connections()) === 1);
      connection[goes]();
      await until('its end', async () => (await attacked.connections()) === 0);
      // A reset may be seen as an end.
      expect((await rejections()) - before).toBeLessThanOrEqual(1);
    },
  );

  test('`Expect: 100-continue` → asked for, and answered', async () => {
    const connection = await attacked.open();
    const length = `Content-Length: ${elsewhere.length}`;
    void connection.send(post('/v1/events', '', json, length, 'Expect: 100-continue'));
    expect(await connection.reply()).toMatchObject({ status: 100 });
    void connection.send(elsewhere);
    expect(await connection.reply()).toMatchObject({ status: 202 });
    connection.close();
  });

  async function rejections(): Promise<number> {
    return ((await (await attacked.admin('/ledger')).json()) as { rejected: number }).rejected;
  }
});
