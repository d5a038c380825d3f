import fc from 'fast-check';
import type { InjectOptions } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { breachOf } from '../helpers/http-contract.ts';
import { RawConnection } from '../helpers/raw-http.ts';
import { buildTracker, GivenPrograms, program, type TestTracker } from '../helpers/tracker.ts';
import { until } from '../helpers/until.ts';

/**
 * Calls by chance, most of them nearly right. Whatever comes, each answer is one of the contract, none is a 500, none
 * is waited for in vain, and what was accepted is an event that can be read. A run that fails prints its seed.
 */

const pieces = fc.constantFrom(
  ...[
    '',
    '%',
    '%zz',
    '%00',
    '%ff',
    '%2F',
    '%C3%A4',
    '+',
    '&',
    '=',
    '&&',
    '#',
    '?',
    '/',
    '//',
    '\\',
    '@',
    ':',
    '..',
  ],
  ...[
    '{sub1}',
    '%7Bsub1%7D',
    '{click_id}',
    '~',
    '.',
    ',',
    ';',
    ' ',
    '\t',
    '"',
    "'",
    '<',
    '[',
    ']',
    '{',
    '}',
    '\0',
  ],
  ...['\r', '\n', '\r\n', '\r\n\r\n', '\x7f', '\xff', '0', '-1', '1e400', 'NaN', '9007199254740993', '12.30'],
  ...['https://shop.example/', 'https://evil.example', 'javascript:', '//evil.example', 'https://127.0.0.1/'],
  ...[
    'DBABMA~CPXxRfAPXxRfAAfKABENB-CgAAAAAAAAAAYgAAAAAAAA',
    'CPXxRfAPXxRfAAfKABENB-CgAAAAAAAAAAYgAAAAAAAA',
    '1YNN',
  ],
  ...[
    '__proto__',
    'constructor',
    'prototype',
    'aurora-shoes',
    'nowhere',
    'EUR',
    'o-1',
    'click',
    'impression',
    'b',
  ],
);
const text = fc.oneof(
  pieces,
  fc.array(pieces, { maxLength: 8 }).map((some) => some.join('')),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.tuple(pieces, fc.nat({ max: 400 })).map(([piece, count]) => piece.repeat(count)),
);
const names = [
  ...[
    'publisher',
    'f',
    'type',
    'event',
    'idempotency_key',
    'url',
    'expires',
    'key',
    'sig',
    'click_id',
    'order_id',
  ],
  ...[
    'amount',
    'currency',
    'status',
    'gdpr',
    'gdpr_consent',
    'gpp',
    'gpp_sid',
    'us_privacy',
    'sub1',
    'sub32',
  ],
  ...['program_id', 'programId', 'params', 'constructor', 'toString', '__proto__', 'a[b]', 'x', ''],
];
const name = fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...names) }, { weight: 1, arbitrary: text });

let tracker: TestTracker;
beforeAll(async () => {
  const programs = new GivenPrograms([
    program({ landingUrl: 'https://shop.example/{sub1}?c={click_id}', deepLinkHosts: ['.shop.example'] }),
    program({ id: 'paused', status: 'paused' }),
  ]);
  programs.set('unknowable', { kind: 'unknowable' });
  const limits = {
    refusedLingerMs: 50,
    requestTimeoutMs: 1_000,
    headersTimeoutMs: 500,
    timeoutsCheckedEveryMs: 50,
  };
  const settings = { trustedProxies: ['127.0.0.1'] };
  tracker = await buildTracker({ programs, limits, settings, vendorId: 7 }, true, afterAll);
});

afterAll(async () => {
  const { spool, stream, logged } = tracker;
  await until('the events', () => stream.events.length === spool.account().acceptedThrough);
  expect(spool.account().acceptedThrough).toBeGreaterThan(100);
  expect(logged).toEqual([]);
});

describe('over the wire', () => {
  const requests = [
    'GET /v1/impression/aurora-shoes?publisher=p1&sub1=a HTTP/1.1\r\nHost: a\r\nCookie: __Host-trackline=x\r\n\r\n',
    'GET /v1/click/aurora-shoes?url=https://a.shop.example/ HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 1.2.3.4\r\n\r\n',
    'HEAD /v1/events/aurora-shoes?type=click HTTP/1.0\r\nSec-Purpose: prefetch\r\n\r\n',
    'POST /v1/transaction/aurora-shoes HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 46\r\n\r\n' +
      '{"orderId":"o-1","amount":"1","currency":"EUR"}',
    'POST /v1/events HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n' +
      '2d\r\n[{"type":"click","programId":"aurora-shoes"}]\r\n0\r\n\r\n',
    'POST /v1/events HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Type: application/x-ndjson\r\n' +
      'Content-Length: 6\r\n\r\n{}\n{}\n',
    'OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n',
  ];
  const mutation = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    cut: fc.oneof(fc.constant(0), fc.nat({ max: 20 })),
    put: fc.oneof(fc.constant(''), text),
  });
  const mutated = fc
    .tuple(
      fc.array(fc.constantFrom(...requests), { minLength: 1, maxLength: 3 }),
      fc.array(mutation, { maxLength: 5 }),
    )
    .map(([base, mutations]) =>
      mutations.reduce((bytes, { at, cut, put }) => {
        const index = Math.floor(at * bytes.length);
        return bytes.slice(0, index) + put + bytes.slice(index + cut);
      }, base.join('')),
    );
  const bytes = fc.oneof(
    { weight: 8, arbitrary: mutated.map((request) => Buffer.from(request, 'latin1')) },
    { weight: 1, arbitrary: mutated.map((request) => Buffer.from(request)) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 400 }) },
  );

  test('whatever bytes come, each answer is one of the contract', async () => {
    await fc.assert(
      fc.asyncProperty(bytes, fc.boolean(), async (sent, halves) => {
        const connection = await RawConnection.open(tracker.url);
        try {
          const half = halves ? Math.floor(sent.length / 2) : sent.length;
          await connection.send(sent.slice(0, half));
          await connection.send(sent.slice(half));
          connection.finish();
          expect(answersIn(await connection.rest()).filter((breach) => breach !== '')).toEqual([]);
        } finally {
          connection.close();
        }
      }),
      { numRuns: 500 },
    );
  });

  /** What is wrong with each answer that came; bodies hold nothing that looks like one. */
  function answersIn(received: string): string[] {
    const [before = '', ...answers] = received.split(/^HTTP\/1\.1 (?=\d{3} )/m);
    const told = answers
      .filter((answer) => !answer.startsWith('100 '))
      .map((answer) => {
        const [head = ''] = answer.split('\r\n\r\n');
        const headers = head
          .split('\r\n')
          .slice(1)
          .map((line) => line.split(': ', 2));
        return breachOf(Number(head.slice(0, 3)), Object.fromEntries(headers));
      });
    return before === '' ? told : [`unasked: ${before}`, ...told];
  }
});

describe('past the parser of HTTP', () => {
  const query = fc
    .array(fc.tuple(name, text, fc.boolean()), { maxLength: 40 })
    .map((pairs) =>
      pairs
        .map(
          ([key, value, isRaw]) =>
            `${encodeURIComponent(key.toWellFormed())}=${isRaw ? bare(value) : escaped(value)}`,
        )
        .join('&'),
    );
  const headers = fc.dictionary(
    fc.constantFrom(
      ...[
        'cookie',
        'user-agent',
        'referer',
        'x-forwarded-for',
        'sec-gpc',
        'dnt',
        'purpose',
        'sec-purpose',
        'origin',
      ],
    ),
    fc.oneof(
      text.map((value) => value.replace(/[^\x20-\x7e\x80-\xff]/g, '')),
      fc.constantFrom(
        '1',
        '0',
        'prefetch',
        `__Host-trackline=${'a'.repeat(22)}`,
        '10.0.0.1, ::1',
        'Googlebot/2.1',
      ),
    ),
    { maxKeys: 5 },
  );
  const path = fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom('aurora-shoes', 'paused', 'unknowable', 'nowhere') },
    { weight: 1, arbitrary: text.map(bare) },
  );
  const call: fc.Arbitrary<InjectOptions> = fc
    .tuple(
      fc.constantFrom('GET' as const, 'HEAD' as const),
      fc.constantFrom('impression', 'click', 'transaction', 'events'),
      path,
      query,
      headers,
    )
    .map(([method, route, id, search, more]) => ({
      method,
      url: `/v1/${route}/${id}?${search}`,
      headers: more,
      remoteAddress: '127.0.0.1',
    }));

  const scalar = fc.oneof(text, fc.double(), fc.bigInt().map(Number), fc.boolean(), fc.constant(null));
  const sometimesRight = fc.oneof(
    fc.constant({ type: 'impression', programId: 'aurora-shoes' }),
    fc.constant({
      type: 'transaction',
      programId: 'aurora-shoes',
      orderId: 'o-1',
      amount: '1',
      currency: 'EUR',
    }),
    fc.constant({}),
  );
  const event = fc
    .tuple(sometimesRight, fc.dictionary(name, fc.oneof({ weight: 4, arbitrary: scalar }, fc.jsonValue())))
    .map(([right, more]) => ({ ...more, ...right }));
  const nested = fc
    .tuple(fc.constantFrom('[', '{"a":', '[{"params":'), fc.nat({ max: 3_000 }))
    .map(([opening, depth]) => opening.repeat(depth));
  const members = fc
    .tuple(fc.nat({ max: 2_000 }), fc.constantFrom('k', 'sub', 'publisher', '\\u005f_proto__', ''))
    .map(
      ([count, key]) => `{${Array.from({ length: count }, (_, i) => `"${key}${i % 700}":${i}`).join(',')}}`,
    );
  const json = fc.oneof(
    event.map((value) => JSON.stringify(value)),
    fc.array(fc.oneof(event, fc.jsonValue()), { maxLength: 20 }).map((values) => JSON.stringify(values)),
    fc
      .array(event, { maxLength: 10 })
      .map((values) => values.map((value) => JSON.stringify(value)).join('\n')),
    nested,
    members,
    text,
  );
  const damaged = fc
    .tuple(
      json,
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.oneof({ weight: 4, arbitrary: fc.constant('') }, text),
    )
    .map(([body, at, put]) => {
      const index = Math.floor(at * body.length);
      return put === '' ? body : body.slice(0, index) + put + body.slice(index);
    });
  const bodied: fc.Arbitrary<InjectOptions> = fc
    .tuple(
      fc.constantFrom('/v1/events', '/v1/transaction/aurora-shoes', '/v1/transaction/unknowable'),
      query,
      headers,
      fc.oneof(
        fc.tuple(
          fc.constantFrom('application/json', 'text/plain;charset=UTF-8', 'application/x-ndjson', 'text/xml'),
          damaged,
        ),
        fc.tuple(fc.constant('application/x-www-form-urlencoded'), query),
      ),
    )
    .map(([url, search, more, [type, payload]]) => ({
      method: 'POST',
      url: `${url}?${search}`,
      headers: { ...more, 'content-type': type },
      payload,
      remoteAddress: '127.0.0.1',
    }));

  test.each([
    ['calls', call],
    ['bodies', bodied],
  ])('whatever %s say, each answer is one of the contract', async (_, arbitrary) => {
    await fc.assert(
      fc.asyncProperty(arbitrary, async (options) => {
        const reply = await tracker.tracker.publicServer.inject(options);
        expect(breachOf(reply.statusCode, reply.headers)).toBe('');
        if (reply.headers.location !== undefined) {
          expect(reply.headers.location).toMatch(
            /^https:\/\/(?:[a-z0-9_~-]+\.)*shop\.example\/[\x21-\x7e]*$/,
          );
        }
      }),
      { numRuns: 1_000 },
    );
  });

  /** As it may stand in a URL that nobody encoded: what HTTP itself lets through. */
  function bare(value: string): string {
    return value.replace(/[^\x21-\x7e]|[#]/g, '');
  }

  function escaped(value: string): string {
    return encodeURIComponent(value.toWellFormed());
  }
});
