import { describe, expect, test } from 'vitest';
import { attackedTracker, crlf, expectJson, post } from '../helpers/attacked-tracker.ts';

const attacked = attackedTracker();
const { say } = attacked;

const order = JSON.stringify({ orderId: 'o-1', amount: '1', currency: 'EUR' });
const elsewhere = JSON.stringify([{ type: 'impression', programId: 'nowhere' }]);
const json = 'Content-Type: application/json';

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

  test('a client that goes away within its body leaves nothing', async () => {
    const connection = await attacked.open();
    await connection.send(
      post('/v1/transaction/aurora-shoes', order.slice(0, 5), json, 'Content-Length: 90'),
    );
    connection.close();
  });

  test('`Expect: 100-continue` → asked for, and answered', async () => {
    const connection = await attacked.open();
    const length = `Content-Length: ${elsewhere.length}`;
    void connection.send(post('/v1/events', '', json, length, 'Expect: 100-continue'));
    expect(await connection.reply()).toMatchObject({ status: 100 });
    void connection.send(elsewhere);
    expect(await connection.reply()).toMatchObject({ status: 202 });
    connection.close();
  });
});
