import type { ProgramLookup } from '@trackline/domain/decide';
import { describe, expect, test } from 'vitest';
import {
  attackedTracker,
  crlf,
  expectJson,
  expectPage,
  expectPixel,
  get,
} from '../helpers/attacked-tracker.ts';
import { until } from '../helpers/until.ts';

const attacked = attackedTracker();
const { say } = attacked;

describe('protocol', () => {
  const long = (bytes: number) => 'x'.repeat(bytes);

  test('URL over 8 KB → 414', async () => {
    expectPixel(
      await say(get(`/v1/impression/aurora-shoes?${long(8 * 1024)}`)),
      414,
      'rejected; reason=url_too_long',
    );
    expectJson(await say(get(`/v1/click/aurora-shoes?${long(8 * 1024)}`)), 414, 'url_too_long');
  });

  test('URL over 8 KB, also where the parser gives up → 414', async () => {
    expectPixel(
      await say(get(`/v1/impression/aurora-shoes?${long(64 * 1024)}`)),
      414,
      'rejected; reason=url_too_long',
    );
  });

  test('URL over 8 KB in many packets → 414', async () => {
    const connection = await attacked.open();
    await connection.send('GET /');
    for (let i = 0; i < 10; i++) await connection.send(long(4 * 1024));
    expectJson(await connection.reply(), 414, 'url_too_long');
    connection.close();
  });

  test('a URL of just 8 KB is a URL', async () => {
    const path = '/v1/impression/nowhere?';
    const reply = await say(get(path + long(8 * 1024 - path.length)));
    expectPixel(reply, 200, 'rejected; reason=program_unknown');
  });

  test('headers over 16 KB → 431', async () => {
    for (const bytes of [16 * 1024, 64 * 1024]) {
      const reply = await say(get('/v1/impression/aurora-shoes', `Cookie: a=${long(bytes)}`));
      expectPixel(reply, 431, 'rejected; reason=headers_too_large');
    }
    expectJson(await say(get('/v1/events/a', `Cookie: a=${long(64 * 1024)}`)), 431, 'headers_too_large');
  });

  test('headers over 16 KB, of which no single one is long → 431', async () => {
    const many = Array.from({ length: 4_000 }, (_, i) => `a${i}: b`);
    expectPixel(await say(get('/v1/impression/a', ...many)), 431, 'rejected; reason=headers_too_large');
  });

  test('headers of nearly 16 KB are headers', async () => {
    const reply = await say(get('/v1/impression/nowhere', `Cookie: a=${long(16 * 1024 - 64)}`));
    expectPixel(reply, 200, 'rejected; reason=program_unknown');
  });

  test('no `Host` → 400', async () => {
    expectPixel(
      await say(crlf('GET /v1/impression/aurora-shoes HTTP/1.1')),
      400,
      'rejected; reason=malformed',
    );
  });

  test('two `Host` → 400', async () => {
    expectPixel(await say(get('/v1/impression/aurora-shoes', 'Host: b')), 400, 'rejected; reason=malformed');
  });

  test('no `Host` in HTTP/1.0, which has none → as any call', async () => {
    const reply = await say(crlf('GET /v1/impression/nowhere HTTP/1.0'));
    expectPixel(reply, 200, 'rejected; reason=program_unknown');
  });

  test('HTTP/0.9 → 400', async () => {
    expectPixel(await say(crlf('GET /v1/impression/aurora-shoes')), 400, 'rejected; reason=malformed');
  });

  test.each([
    [
      '`Content-Length` with `Transfer-Encoding`',
      get('/', 'Content-Length: 1', 'Transfer-Encoding: chunked'),
    ],
    [
      '`Transfer-Encoding` with `Content-Length`',
      get('/', 'Transfer-Encoding: chunked', 'Content-Length: 1'),
    ],
    ['two `Content-Length`', get('/', 'Content-Length: 1', 'Content-Length: 2')],
    ['two equal `Content-Length`', get('/', 'Content-Length: 1', 'Content-Length: 1')],
    ['a negative `Content-Length`', get('/', 'Content-Length: -1')],
    ['bare LF', 'GET / HTTP/1.1\nHost: a\n\n'],
    ['bare LF after a header', 'GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n'],
    ['bare CR after a header', 'GET / HTTP/1.1\r\nHost: a\rX: y\r\n\r\n'],
    ['folded header', get('/', 'X: a', ' b')],
    ['header folded by a tab', get('/', 'X: a', '\tb')],
    ['space before the colon', get('/', 'X : a')],
    ['NUL in a header', get('/', 'X: a\0b')],
    ['method `FOO`', crlf('FOO / HTTP/1.1', 'Host: a')],
    ['a space in the URL', crlf('GET /a b HTTP/1.1', 'Host: a')],
    ['HTTP/1.2', crlf('GET / HTTP/1.2', 'Host: a')],
    ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['TLS bytes', Buffer.from('160301020001000001fc0303', 'hex')],
    ['bytes', Buffer.from([0, 1, 2, 3, 250, 251, 252, 253])],
  ])('%s → 400', async (_, bytes) => {
    expectJson(await say(bytes), 400, 'malformed');
  });

  test('what is no HTTP, on a pixel’s path → 400, with the GIF', async () => {
    expectPixel(await say(get('/v1/impression/a', 'X : a')), 400, 'rejected; reason=malformed');
  });

  test('`CONNECT` → closed', async () => {
    const connection = await attacked.open();
    void connection.send(crlf('CONNECT evil.example:443 HTTP/1.1', 'Host: evil.example:443'));
    expect(await connection.rest()).toBe('');
  });

  test('`Upgrade` → as any call', async () => {
    const reply = await say(get('/v1/impression/nowhere', 'Connection: upgrade', 'Upgrade: websocket'));
    expectPixel(reply, 200, 'rejected; reason=program_unknown');
  });

  test('slow headers → 408', async () => {
    const connection = await attacked.open();
    void connection.send('GET /v1/impression/aurora-shoes HTTP/1.1\r\nHost: a\r\n');
    expectJson(await connection.reply(), 408, 'request_timeout');
    expect(await connection.rest()).toBe('');
  });

  test('slow headers of a second request → 408', async () => {
    const connection = await attacked.open();
    void connection.send(get('/v1/impression/nowhere'));
    expectPixel(await connection.reply(), 200, 'rejected; reason=program_unknown');
    void connection.send('GET / HTT');
    expectJson(await connection.reply(), 408, 'request_timeout');
    connection.close();
  });

  test('slow body → answered at once, and closed: no route here takes one', async () => {
    const connection = await attacked.open();
    void connection.send(`${get('/v1/impression/nowhere', 'Content-Length: 100')}abc`);
    const reply = await connection.reply();
    expectPixel(reply, 200, 'rejected; reason=program_unknown');
    expect(reply!.headers.connection).toBe('close');
    expect(await connection.rest()).toBe('');
  });

  test('what follows a body on its connection is not taken for a call', async () => {
    const connection = await attacked.open();
    const smuggled = get('/v1/impression/aurora-shoes');
    void connection.send(get('/v1/click/nowhere', `Content-Length: ${smuggled.length}`) + smuggled);
    expectPage(await connection.reply(), 404, 'program_unknown');
    expect(await connection.rest()).toBe('');
  });

  test.each([
    ['a chunked body that is none', `${get('/v1/impression/aurora-shoes', 'Transfer-Encoding: chunked')}ZZZ`],
    ['bytes behind a body', `${get('/v1/impression/aurora-shoes', 'Content-Length: 3')}abcZZZ\r\n\r\n`],
    [
      'a call behind a body',
      `${get('/v1/impression/aurora-shoes', 'Content-Length: 3')}abc${get('/v1/impression/aurora-shoes')}`,
    ],
    [
      'an expectation behind a body',
      `${get('/v1/impression/aurora-shoes', 'Content-Length: 3')}abc${get('/', 'Expect: miracles')}`,
    ],
    ['bytes behind a last call', `${get('/v1/impression/aurora-shoes', 'Connection: close')}ZZZ\r\n\r\n`],
    ['bytes behind a call of HTTP/1.0', `${crlf('GET /v1/impression/aurora-shoes HTTP/1.0')}ZZZ\r\n\r\n`],
  ])('%s → one answer to one call', async (_, bytes) => {
    const refusedBefore = await refusals('malformed');
    const connection = await attacked.open();
    void connection.send(bytes);
    const reply = await connection.reply();
    expectPixel(reply, 200, 'accepted');
    attacked.expectOneMore();
    expect(reply!.headers.connection).toBe('close');
    expect(await connection.rest()).toBe('');
    expect(await refusals('malformed')).toBe(refusedBefore);
  });

  test('a chunked body that is none, during a cache miss → the call’s own answer', async () => {
    let known = (_: ProgramLookup) => {};
    attacked.programs.set('slow', new Promise((resolve) => (known = resolve)));
    const refusedBefore = await refusals('malformed');
    const connection = await attacked.open();
    await connection.send(get('/v1/impression/slow', 'Transfer-Encoding: chunked'));
    await connection.send('ZZZ');
    await say(get('/v1/impression/nowhere'));
    known({ kind: 'unknown' });
    expectPixel(await connection.reply(), 200, 'rejected; reason=program_unknown');
    expect(await connection.rest()).toBe('');
    expect(await refusals('malformed')).toBe(refusedBefore);
  });

  test('what is refused for its size and goes on with nonsense → one answer', async () => {
    const refusedBefore = await refusals('malformed');
    const connection = await attacked.open();
    void connection.send(`${get(`/v1/impression/${'a'.repeat(9_000)}`)}ZZZ\r\n\r\n`);
    expectPixel(await connection.reply(), 414, 'rejected; reason=url_too_long');
    expect(await connection.rest()).toBe('');
    expect(await refusals('malformed')).toBe(refusedBefore);
  });

  test('idle keep-alive connection → closed silently', async () => {
    const connection = await attacked.open();
    void connection.send(get('/v1/impression/nowhere'));
    expectPixel(await connection.reply(), 200, 'rejected; reason=program_unknown');
    expect(await connection.rest()).toBe('');
  });

  test('a connection on which nothing is ever said → closed silently', async () => {
    const connection = await attacked.open();
    expect(await connection.rest()).toBe('');
  });

  test('`Expect` of nonsense → 417', async () => {
    const reply = await say(get('/v1/events/aurora-shoes', 'Expect: miracles'));
    expectJson(reply, 417, 'expectation_failed');
    expectPixel(
      await say(get('/v1/impression/aurora-shoes', 'Expect: miracles')),
      417,
      'rejected; reason=expectation_failed',
    );
  });

  test.each(['nowhere', 'slow'])(
    'calls in one packet, the first on %s, are answered one by one before what is none',
    async (id) => {
      let known = (_: ProgramLookup) => {};
      // A cache miss: it is answered later than what comes behind it.
      attacked.programs.set('slow', new Promise((resolve) => (known = resolve)));
      const refusedBefore = await refusals('malformed');
      const connection = await attacked.open();
      void connection.send(`${get(`/v1/impression/${id}`)}${get('/v1/events/a')}${crlf('FOO / HTTP/1.1')}`);
      await until('the last to be refused', async () => (await refusals('malformed')) > refusedBefore);
      known({ kind: 'unknown' });
      expectPixel(await connection.reply(), 200, 'rejected; reason=program_unknown');
      expectJson(await connection.reply(), 400, 'type_malformed');
      expectJson(await connection.reply(), 400, 'malformed');
      expect(await connection.rest()).toBe('');
    },
  );

  test('every refusal is counted under its reason', async () => {
    for (const reason of [
      'malformed',
      'url_too_long',
      'headers_too_large',
      'request_timeout',
      'expectation_failed',
    ]) {
      expect(await refusals(reason)).toBeGreaterThan(0);
    }
  });

  async function refusals(reason: string): Promise<number> {
    const metrics = await (await attacked.admin('/metrics')).text();
    const sample = `trackline_verdicts_total{type="none",verdict="rejected",reason="${reason}"} `;
    return Number(metrics.split(sample)[1]?.split('\n')[0] ?? 0);
  }
});
