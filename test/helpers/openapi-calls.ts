import { get, post } from './attacked-tracker.ts';
import { nameOf } from './openapi-document.ts';

/**
 * Where a call goes to: most to a usual tracker, some to one that limits rates, waits for no one, has no room, has too
 * much to do, or a stream that confirms nothing.
 */
export const kinds = ['usual', 'limited', 'hasty', 'full', 'overloaded', 'unconfirmed'] as const;
export type Kind = (typeof kinds)[number];

/** A call, as packets, and the answer that it must get. */
export interface ProvingCall {
  readonly name: string;
  readonly to: Kind;
  readonly packets: readonly string[];
}

const none = '';
const gif = 'image/gif';
const html = 'text/html';
const json = 'application/json';

function calls(operationId: string) {
  return (status: number, type: string, packets: string | readonly string[], to: Kind = 'usual') => ({
    name: nameOf(operationId, status, type),
    to,
    packets: typeof packets === 'string' ? [packets] : packets,
  });
}

const tooLong = 'x'.repeat(8 * 1024);
const manyCookies = `Cookie: a=${'x'.repeat(1_000)}\r\n`.repeat(40);
const head = (line: string) => `${line} HTTP/1.1\r\nHost: t.example\r\n`;

/** What every operation refuses before it looks at the call, on a request line without its version. */
function refusedAsBytes(operationId: string, line: string, type: string): ProvingCall[] {
  const call = calls(operationId);
  return [
    call(400, type, `${head(line)}X : a\r\n\r\n`),
    call(414, type, `${head(`${line}?${tooLong}`)}\r\n`),
    call(417, type, `${head(line)}Expect: miracles\r\n\r\n`),
    call(431, type, `${head(line)}${manyCookies}\r\n`),
    call(408, json, head(line), 'hasty'),
  ];
}

/** What a pixel can only answer in JSON, since its path came in an earlier packet than what is wrong. */
function refusedUnread(operationId: string, line: string): ProvingCall[] {
  const call = calls(operationId);
  return [
    call(400, json, [head(line), 'X : a\r\n\r\n']),
    call(414, json, [`${line}?`, ...Array.from({ length: 4 }, () => tooLong)]),
    call(431, json, [head(line), manyCookies]),
  ];
}

const longId = 'a'.repeat(65);

function pixelCalls(operationId: string, path: string, query: string): ProvingCall[] {
  const call = calls(operationId);
  const to = (id: string, more = '') => get(`${path}/${id}?${query}${more}`);
  return [
    call(200, gif, to('aurora-shoes')),
    call(200, gif, to('nowhere')),
    call(200, gif, to('paused')),
    call(200, gif, get(`${path}/aurora-shoes?${query}`, 'Sec-Purpose: prefetch')),
    call(204, none, to('aurora-shoes', '&f=b')),
    call(204, none, to('paused', '&f=b')),
    call(400, gif, to('aurora-shoes', '&publisher=a.b')),
    call(400, gif, to('%zz')),
    call(404, gif, to('')),
    call(414, gif, to(longId)),
    call(429, gif, to('aurora-shoes'), 'limited'),
    call(500, gif, to('broken')),
    call(503, gif, to('unknowable')),
    call(503, gif, to('aurora-shoes'), 'overloaded'),
    ...refusedAsBytes(operationId, `GET ${path}/aurora-shoes`, gif),
    ...refusedUnread(operationId, `GET ${path}/aurora-shoes`),
  ];
}

const order = 'order_id=order-1&amount=12.30&currency=EUR';
const forged = '&key=k1&sig=forged';

function clickCalls(): ProvingCall[] {
  const operationId = 'trackClick';
  const call = calls(operationId);
  const to = (id: string, query = '') => get(`/v1/click/${id}?${query}`);
  return [
    call(302, none, to('aurora-shoes')),
    call(302, none, to('paused')),
    call(302, none, to('aurora-shoes', 'url=http://evil.example/')),
    call(302, none, to('aurora-shoes'), 'limited'),
    call(302, none, to('aurora-shoes'), 'overloaded'),
    call(400, html, to('aurora-shoes', 'publisher=a.b')),
    call(400, json, to('%zz')),
    call(404, html, to('nowhere')),
    call(414, html, to(longId)),
    call(500, html, to('broken')),
    call(500, json, to('aurora-shoes', 'gpp=fails')),
    call(503, html, to('unknowable')),
    ...refusedAsBytes(operationId, 'GET /v1/click/aurora-shoes', json),
  ];
}

function eventCalls(): ProvingCall[] {
  const operationId = 'trackEvent';
  const call = calls(operationId);
  const to = (id: string, query = 'type=impression') => get(`/v1/events/${id}?${query}`);
  return [
    call(200, json, to('aurora-shoes')),
    call(200, json, get('/v1/events/aurora-shoes?type=click', 'Purpose: prefetch')),
    call(400, json, to('aurora-shoes', 'type=nothing')),
    call(401, json, to('keyed', `type=transaction&${order}${forged}`)),
    call(404, json, to('nowhere')),
    call(410, json, to('paused')),
    call(414, json, to(longId)),
    call(429, json, to('aurora-shoes'), 'limited'),
    call(500, json, to('broken')),
    call(503, json, to('unknowable')),
    call(503, json, to('aurora-shoes'), 'overloaded'),
    call(503, json, to('aurora-shoes', `type=transaction&${order}`), 'unconfirmed'),
    ...refusedAsBytes(operationId, 'GET /v1/events/aurora-shoes', json),
  ];
}

function withBody(path: string, body: string, type = json, ...headers: string[]): string {
  return post(path, body, `Content-Type: ${type}`, `Content-Length: ${Buffer.byteLength(body)}`, ...headers);
}

/** JSON of more than so many values. */
const tooMany = (values: number) => `{"params":[${'0,'.repeat(values)}0]}`;

/** A visitor who is known, and refuses to be. */
const refusing = ['Sec-GPC: 1', 'Cookie: __Host-trackline=AAAAAAAAAAAAAAAAAAAAAA'];

function postbackCalls(): ProvingCall[] {
  const operationId = 'trackTransaction';
  const call = calls(operationId);
  const path = (id: string) => `/v1/transaction/${id}`;
  const form = (id: string, more = '') =>
    withBody(path(id), `${order}${more}`, 'application/x-www-form-urlencoded');
  const object = JSON.stringify({ orderId: 'order-1', amount: '12.30', currency: 'EUR' });
  return [
    call(202, json, form('aurora-shoes')),
    call(202, json, withBody(path('aurora-shoes'), object)),
    call(202, json, withBody(path('aurora-shoes'), object, 'text/plain')),
    call(400, json, withBody(path('aurora-shoes'), '{')),
    call(400, json, withBody(path('aurora-shoes'), tooMany(256))),
    call(401, json, form('keyed', forged)),
    call(404, json, form('nowhere')),
    call(410, json, form('paused')),
    call(413, json, withBody(path('aurora-shoes'), ' '.repeat(17 * 1024))),
    call(414, json, form(longId)),
    call(415, json, withBody(path('aurora-shoes'), '<a/>', 'text/xml')),
    call(415, json, withBody(path('aurora-shoes'), object, json, 'Content-Encoding: gzip', ...refusing)),
    call(429, json, form('aurora-shoes'), 'limited'),
    call(500, json, form('broken')),
    call(503, json, form('unknowable')),
    call(503, json, form('aurora-shoes'), 'full'),
    call(503, json, form('aurora-shoes'), 'overloaded'),
    call(503, json, form('aurora-shoes'), 'unconfirmed'),
    call(408, json, post(path('aurora-shoes'), '{', `Content-Type: ${json}`, 'Content-Length: 9'), 'hasty'),
    ...refusedAsBytes(operationId, `POST ${path('aurora-shoes')}`, json),
  ];
}

function batchCalls(): ProvingCall[] {
  const operationId = 'trackBatch';
  const call = calls(operationId);
  const event = (programId: string) => ({ type: 'impression', programId });
  const all = (...ids: string[]) => withBody('/v1/events', JSON.stringify(ids.map(event)));
  const line = JSON.stringify(event('aurora-shoes'));
  return [
    call(202, json, all('aurora-shoes', 'nowhere', 'unknowable', 'broken', 'a.b')),
    call(202, json, withBody('/v1/events', `${line}\n{\n${tooMany(256)}\n`, 'application/x-ndjson')),
    call(202, json, withBody('/v1/events', line, 'text/plain')),
    call(
      202,
      json,
      withBody('/v1/events', 'type=click&program_id=aurora-shoes', 'application/x-www-form-urlencoded'),
    ),
    call(
      202,
      json,
      post(
        '/v1/events',
        line,
        `Content-Length: ${line.length}`,
        `Content-Type: ${json}`,
        'Purpose: prefetch',
      ),
    ),
    call(
      202,
      json,
      post('/v1/events', '[{}]', 'Content-Length: 4', `Content-Type: ${json}`, 'Purpose: prefetch'),
    ),
    call(400, json, withBody('/v1/events', '[]')),
    call(400, json, withBody('/v1/events', tooMany(64 * 1024))),
    call(413, json, withBody('/v1/events', ' '.repeat(1024 * 1024 + 1))),
    call(415, json, withBody('/v1/events', '<a/>', 'text/xml')),
    call(429, json, all('aurora-shoes'), 'limited'),
    call(500, json, all('broken')),
    call(500, json, withBody('/v1/events?gpp=fails', `[${line}]`)),
    call(503, json, all('unknowable')),
    call(503, json, all('aurora-shoes'), 'full'),
    call(503, json, all('aurora-shoes'), 'overloaded'),
    call(503, json, all('aurora-shoes'), 'unconfirmed'),
    ...refusedAsBytes(operationId, 'POST /v1/events', json),
  ];
}

/** A call, or several, for every answer that the document lists. */
export const provingCalls: readonly ProvingCall[] = [
  ...pixelCalls('trackImpression', '/v1/impression', ''),
  ...pixelCalls('trackTransactionPixel', '/v1/transaction', order),
  calls('trackTransactionPixel')(401, gif, get(`/v1/transaction/keyed?${order}${forged}`)),
  calls('trackTransactionPixel')(503, gif, get(`/v1/transaction/aurora-shoes?${order}`), 'unconfirmed'),
  ...clickCalls(),
  ...eventCalls(),
  ...postbackCalls(),
  ...batchCalls(),
];
