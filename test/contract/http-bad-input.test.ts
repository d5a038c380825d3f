import type { ProgramLookup } from '@trackline/domain/decide';
import { gif } from '@trackline/tracker/http/pixel';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { RawConnection, type RawReply, sayRaw } from '../helpers/raw-http.ts';
import { buildTracker, GivenPrograms, program, type TestTracker } from '../helpers/tracker.ts';
import { until } from '../helpers/until.ts';

/**
 * Bad input as it comes over the wire. Each case sends its bytes over a raw socket and asserts the answer;
 * after each, the next good call must work, and nothing but that may have been counted.
 */

const headersTimeoutMs = 300;
const keepAliveTimeoutMs = 300;
const programs = new GivenPrograms([
  program(),
  program({ id: 'paused', status: 'paused' }),
  program({ id: 'early', validFromMs: Date.now() + 3_600_000 }),
  program({ id: 'late', validUntilMs: Date.now() - 1 }),
]);

let tracker: TestTracker;
let goodCalls = 0;

beforeAll(async () => {
  tracker = await buildTracker(
    {
      programs,
      // Short, so that a test of slowness is not slow itself.
      limits: { headersTimeoutMs, keepAliveTimeoutMs, timeoutsCheckedEveryMs: 50, refusedLingerMs: 100 },
    },
    true,
    afterAll,
  );
});

afterEach(async () => {
  const reply = await sayRaw(tracker.url, get('/v1/impression/aurora-shoes'));
  expect(reply).toMatchObject({ status: 200, headers: { 'x-tracking-verdict': 'accepted' } });
  expect(tracker.spool.account().acceptedThrough).toBe(++goodCalls);
});

const crlf = (...lines: string[]) => `${lines.join('\r\n')}\r\n\r\n`;
const get = (path: string, ...headers: string[]) =>
  crlf(`GET ${path} HTTP/1.1`, 'Host: t.example', ...headers);
const say = (bytes: string | Uint8Array) => sayRaw(tracker.url, bytes);

function expectPixel(reply: RawReply | null, status: number, verdict: string): void {
  expect(reply).toMatchObject({
    status,
    headers: { 'x-tracking-verdict': verdict, 'cache-control': 'no-store', 'content-type': 'image/gif' },
  });
  expect(reply!.body.equals(gif)).toBe(true);
}

function expectJson(reply: RawReply | null, status: number, code: string): void {
  expect(reply).toMatchObject({
    status,
    headers: { 'x-tracking-verdict': `rejected; reason=${code}`, 'cache-control': 'no-store' },
  });
  expect(JSON.parse(reply!.body.toString())).toEqual({ error: { code, message: expect.any(String) } });
}

function expectPage(reply: RawReply | null, status: number, code: string): void {
  expect(reply).toMatchObject({
    status,
    headers: { 'x-tracking-verdict': `rejected; reason=${code}`, 'cache-control': 'no-store' },
  });
  expect(reply!.body.toString()).toContain('<!doctype html>');
}

describe('path and query', () => {
  // On each route with the body that it has: the GIF, a page, JSON.
  const everywhere = (status: number, code: string, path: string) => async () => {
    expectPixel(await say(get(`/v1/impression/${path}`)), status, `rejected; reason=${code}`);
    const click = await say(get(`/v1/click/${path}`));
    // What is not even a path has no route that could answer with a page.
    if (code === 'malformed' && !path.includes('?')) expectJson(click, status, code);
    else expectPage(click, status, code);
    const query = path.includes('?') ? '&type=impression' : '?type=impression';
    expectJson(await say(get(`/v1/events/${path}${query}`)), status, code);
  };

  test('`%zz` in the path → 400', everywhere(400, 'malformed', '%zz'));
  test('`%ff%fe` → 400', everywhere(400, 'malformed', '%ff%fe'));
  test('`%00` inside an id → 400', everywhere(400, 'id_malformed', 'aurora%00shoes'));
  test('`%2F` inside an id → 400', everywhere(400, 'id_malformed', 'aurora%2Fshoes'));
  test('`%2e%2e%2f` inside an id → 400', everywhere(400, 'id_malformed', '%2e%2e%2faurora'));
  test('an id of 65 characters → 414', everywhere(414, 'id_too_long', 'a'.repeat(65)));
  test('an id of 65 escaped characters → 414', everywhere(414, 'id_too_long', '%61'.repeat(65)));
  test('an id of 7,000 characters → 414', everywhere(414, 'id_too_long', 'a'.repeat(7_000)));
  test('broken escape in a known parameter → 400', async () => {
    for (const value of ['%', '%z', '%zz', '%ff', '%C3%28', 'p1%']) {
      await everywhere(400, 'malformed', `aurora-shoes?publisher=${value}`)();
    }
  });
  test('empty id → 404', async () => {
    expectPixel(await say(get('/v1/impression/')), 404, 'rejected; reason=route_unknown');
    expectPage(await say(get('/v1/click/')), 404, 'route_unknown');
    expectJson(await say(get('/v1/events/?type=impression')), 404, 'route_unknown');
  });

  test('`../` → 404', async () => {
    for (const path of ['/v1/impression/../../etc/passwd', '/v1/impression/../', '/../v1/impression/a']) {
      expectJson(await say(get(path)), 404, 'route_unknown');
    }
    for (const path of ['..', '.', '%2e%2e']) {
      expectPixel(await say(get(`/v1/impression/${path}`)), 404, 'rejected; reason=route_unknown');
    }
  });

  test.each([
    'a[b]=',
    'a[b]=1&a[b]=2',
    'publisher[]=x',
    '__proto__=1&constructor.prototype=1',
    'unknown=%zz',
    '%zz',
    '&&&===',
    'a'.repeat(4_000),
  ])('`?%s` → ignored', async (query) => {
    const reply = await say(get(`/v1/impression/aurora-shoes?${query}`));
    expectPixel(reply, 200, 'accepted');
    goodCalls++;
  });

  test.each([
    ['unknown program', 'nowhere', 'program_unknown', 404],
    ['paused', 'paused', 'program_paused', 410],
    ['not yet valid', 'early', 'program_not_yet_valid', 410],
    ['expired', 'late', 'program_expired', 410],
  ])('%s → reject; JSON its status; click to the landing URL, not counted', async (_, id, code, status) => {
    expectPixel(await say(get(`/v1/impression/${id}`)), 200, `rejected; reason=${code}`);
    expectJson(await say(get(`/v1/events/${id}?type=impression`)), status, code);
    const click = await say(get(`/v1/click/${id}`));
    if (status === 404) expectPage(click, 404, code);
    else {
      expect(click).toMatchObject({
        status: 302,
        headers: { location: program().landingUrl, 'x-tracking-verdict': `rejected; reason=${code}` },
      });
    }
  });

  test('bytes beyond ASCII in the path → 400', async () => {
    expectPixel(await say(get('/v1/impression/b\xfccher')), 400, 'rejected; reason=malformed');
  });

  test('the whole URL in the request line is taken for its path', async () => {
    for (const origin of ['http://other.example', 'HTTPS://user@other.example:8443']) {
      const pixel = `${origin}/v1/impression`;
      expectPixel(await say(get(`${pixel}/nowhere`)), 200, 'rejected; reason=program_unknown');
      expectPixel(await say(get(`${pixel}/%zz`)), 400, 'rejected; reason=malformed');
      expectPixel(await say(get(`${pixel}/a`, 'X : a')), 400, 'rejected; reason=malformed');
      expectPixel(await say(get(`${pixel}/${'a'.repeat(9_000)}`)), 414, 'rejected; reason=url_too_long');
      expectPixel(await say(get(`${pixel}/${'a'.repeat(64_000)}`)), 414, 'rejected; reason=url_too_long');
      expectJson(await say(crlf(`DELETE ${pixel}/a HTTP/1.1`, 'Host: a')), 405, 'method_not_allowed');
      expectJson(await say(get(`${origin}/other?/v1/impression/`)), 404, 'route_unknown');
    }
  });
});

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
    const connection = await RawConnection.open(tracker.url);
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
    const connection = await RawConnection.open(tracker.url);
    void connection.send(crlf('CONNECT evil.example:443 HTTP/1.1', 'Host: evil.example:443'));
    expect(await connection.rest()).toBe('');
  });

  test('`Upgrade` → as any call', async () => {
    const reply = await say(get('/v1/impression/nowhere', 'Connection: upgrade', 'Upgrade: websocket'));
    expectPixel(reply, 200, 'rejected; reason=program_unknown');
  });

  test('slow headers → 408', async () => {
    const connection = await RawConnection.open(tracker.url);
    void connection.send('GET /v1/impression/aurora-shoes HTTP/1.1\r\nHost: a\r\n');
    expectJson(await connection.reply(), 408, 'request_timeout');
    expect(await connection.rest()).toBe('');
  });

  test('slow headers of a second request → 408', async () => {
    const connection = await RawConnection.open(tracker.url);
    void connection.send(get('/v1/impression/nowhere'));
    expectPixel(await connection.reply(), 200, 'rejected; reason=program_unknown');
    void connection.send('GET / HTT');
    expectJson(await connection.reply(), 408, 'request_timeout');
    connection.close();
  });

  test('slow body → answered at once, and closed: no route here takes one', async () => {
    const connection = await RawConnection.open(tracker.url);
    void connection.send(`${get('/v1/impression/nowhere', 'Content-Length: 100')}abc`);
    const reply = await connection.reply();
    expectPixel(reply, 200, 'rejected; reason=program_unknown');
    expect(reply!.headers.connection).toBe('close');
    expect(await connection.rest()).toBe('');
  });

  test('what follows a body on its connection is not taken for a call', async () => {
    const connection = await RawConnection.open(tracker.url);
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
    const connection = await RawConnection.open(tracker.url);
    void connection.send(bytes);
    const reply = await connection.reply();
    expectPixel(reply, 200, 'accepted');
    goodCalls++;
    expect(reply!.headers.connection).toBe('close');
    expect(await connection.rest()).toBe('');
    expect(await refusals('malformed')).toBe(refusedBefore);
  });

  test('a chunked body that is none, during a cache miss → the call’s own answer', async () => {
    let known = (_: ProgramLookup) => {};
    programs.set('slow', new Promise((resolve) => (known = resolve)));
    const refusedBefore = await refusals('malformed');
    const connection = await RawConnection.open(tracker.url);
    await connection.send(get('/v1/impression/slow', 'Transfer-Encoding: chunked'));
    await connection.send('ZZZ');
    await sayRaw(tracker.url, get('/v1/impression/nowhere'));
    known({ kind: 'unknown' });
    expectPixel(await connection.reply(), 200, 'rejected; reason=program_unknown');
    expect(await connection.rest()).toBe('');
    expect(await refusals('malformed')).toBe(refusedBefore);
  });

  test('what is refused for its size and goes on with nonsense → one answer', async () => {
    const refusedBefore = await refusals('malformed');
    const connection = await RawConnection.open(tracker.url);
    void connection.send(`${get(`/v1/impression/${'a'.repeat(9_000)}`)}ZZZ\r\n\r\n`);
    expectPixel(await connection.reply(), 414, 'rejected; reason=url_too_long');
    expect(await connection.rest()).toBe('');
    expect(await refusals('malformed')).toBe(refusedBefore);
  });

  test('idle keep-alive connection → closed silently', async () => {
    const connection = await RawConnection.open(tracker.url);
    void connection.send(get('/v1/impression/nowhere'));
    expectPixel(await connection.reply(), 200, 'rejected; reason=program_unknown');
    expect(await connection.rest()).toBe('');
  });

  test('a connection on which nothing is ever said → closed silently', async () => {
    const connection = await RawConnection.open(tracker.url);
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
      programs.set('slow', new Promise((resolve) => (known = resolve)));
      const refusedBefore = await refusals('malformed');
      const connection = await RawConnection.open(tracker.url);
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
    const metrics = await (await fetch(`${tracker.adminUrl}/metrics`)).text();
    const sample = `trackline_verdicts_total{type="none",verdict="rejected",reason="${reason}"} `;
    return Number(metrics.split(sample)[1]?.split('\n')[0] ?? 0);
  }
});

describe('methods that ask for nothing', () => {
  test('prefetch, `HEAD`, `OPTIONS` → answered, ignored', async () => {
    const path = '/v1/impression/aurora-shoes';
    for (const bytes of [
      get(path, 'Sec-Purpose: prefetch'),
      get(path, 'Purpose: prefetch;prerender'),
      crlf(`OPTIONS ${path} HTTP/1.1`, 'Host: a'),
      crlf('OPTIONS * HTTP/1.1', 'Host: a'),
    ]) {
      expect(await say(bytes)).toMatchObject({ headers: { 'x-tracking-verdict': 'ignored' } });
    }
    const connection = await RawConnection.open(tracker.url);
    void connection.send(crlf(`HEAD ${path} HTTP/1.1`, 'Host: a', 'Connection: close'));
    const text = await connection.rest();
    expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*x-tracking-verdict: ignored[\s\S]*\r\n\r\n$/);
  });

  test.each([
    ['a broken escape in the path', 400, '/v1/impression/%zz'],
    ['a broken escape in a parameter', 400, '/v1/impression/aurora-shoes?publisher=%zz'],
    ['an id outside the pattern', 400, '/v1/click/aurora.shoes'],
    ['an id of 65 characters', 414, `/v1/events/${'a'.repeat(65)}?type=click`],
    ['no event type', 400, '/v1/events/aurora-shoes'],
    ['a publisher of 65 characters', 414, `/v1/impression/aurora-shoes?publisher=${'p'.repeat(65)}`],
    ['an unknown program', 404, '/v1/click/nowhere'],
    ['an unknown route', 404, '/v2'],
    ['a URL over 8 KB', 414, `/v1/impression/${'a'.repeat(9_000)}`],
    ['an expectation', 417, '/v1/impression/aurora-shoes', 'Expect: miracles'],
    ['headers over 16 KB', 431, '/v1/impression/aurora-shoes', `Cookie: a=${'x'.repeat(17_000)}`],
  ] as [string, number, string, ...string[]][])(
    '%s keeps its status of %i, and is ignored',
    async (...given) => {
      const [, status, path, ...headers] = given;
      const before = (await totals()).rejected;
      const answers = {
        HEAD: await headOf(crlf(`HEAD ${path} HTTP/1.1`, 'Host: a', 'Connection: close', ...headers)),
        prefetch: await headOf(get(path, 'Sec-Purpose: prefetch', 'Connection: close', ...headers)),
      };
      for (const head of Object.values(answers)) {
        expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
        expect(head).toContain('\r\nx-tracking-verdict: ignored\r\n');
      }
      expect((await totals()).rejected).toBe(before);
    },
  );

  async function headOf(bytes: string): Promise<string> {
    const connection = await RawConnection.open(tracker.url);
    void connection.send(bytes);
    return (await connection.rest()).split('\r\n\r\n')[0]!;
  }

  async function totals(): Promise<{ readonly rejected: number }> {
    return (await (await fetch(`${tracker.adminUrl}/ledger`)).json()) as { rejected: number };
  }
});
