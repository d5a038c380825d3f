import fc from 'fast-check';
import type { InjectOptions } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { costRatio } from '../helpers/call-cost.ts';
import { buildTracker, GivenPrograms, program, type TestTracker } from '../helpers/tracker.ts';

/**
 * No call takes more than ten times the CPU time of a benign one of its size: the whole way from the parsed head and
 * the bytes of the body to the answer. (What comes before, chunks and packets, `limits.ts` bounds by their number.)
 */
const ratioMax = 10;

const queryChars = 7_900;
const headerChars = 15_900;
const formChars = 16_000;
const batchChars = 1024 * 1024 - 1_000;

/** The text over and over, up to so many characters; of a function, each time with another number. */
function filled(chars: number, part: string | ((index: number) => string)): string {
  if (part === '') return '';
  if (typeof part === 'string') return part.repeat(Math.floor(chars / part.length));
  let whole = '';
  for (let index = 0; whole.length < chars; index++) whole += part(index);
  return whole.slice(0, chars);
}

type Call = InjectOptions & { readonly url: string };

const get = (route: string, query: string, headers: Record<string, string> = {}): Call => ({
  method: 'GET',
  url: `/v1/${route}/aurora-shoes?${query}`,
  headers,
  remoteAddress: '127.0.0.1',
});
const post = (payload: string, type: string, url = '/v1/events', headers = {}): Call => ({
  method: 'POST',
  url,
  headers: { 'content-type': type, ...headers },
  payload,
});
const json = 'application/json';
const form = 'application/x-www-form-urlencoded';
const ndjson = 'application/x-ndjson';
const order = '/v1/transaction/aurora-shoes';

/** What a call of a publisher's says, in so many characters: sub-ids, each as long as they may be. */
function benignPairs(chars: number): [name: string, value: string][] {
  const pairs: [string, string][] = [['publisher', 'p1']];
  for (let left = chars - 12, i = 1; left > 20 && i <= 32; left -= 262, i++) {
    pairs.push([`sub${i}`, 'x'.repeat(Math.min(250, left - 12))]);
  }
  return pairs;
}
const benignQuery = (chars: number) => new URLSearchParams(benignPairs(chars)).toString();
const benignCookies = (chars: number) => ({ cookie: filled(chars, (index) => `name${index}=some-value; `) });

/** A batch as a server sends it: events of 150 characters, or as long as 500 of them have to be. */
function benignBatch(chars: number): string {
  const count = Math.min(500, Math.max(1, Math.round(chars / 150)));
  const event = JSON.stringify({
    type: 'impression',
    programId: 'aurora-shoes',
    ...Object.fromEntries(benignPairs(Math.floor(chars / count) - 60)),
  });
  return `[${Array(count).fill(event).join(',')}]`;
}
function benignOrder(chars: number): string {
  const said = { orderId: 'o-1', amount: '12.30', currency: 'EUR' };
  return JSON.stringify({ ...said, ...Object.fromEntries(benignPairs(chars)) }).padEnd(chars);
}

const ideographs = (count: number) => filled(count, (index) => String.fromCharCode(0x4e00 + index * 7));
const marks = (count: number) => filled(count, (index) => String.fromCharCode(0x300 + ((index * 37) % 0x6f)));
const clickTo = (url: string) => JSON.stringify({ type: 'click', programId: 'aurora-shoes', url });

const queries: Readonly<Record<string, string>> = {
  'pairs of nothing': filled(queryChars, '&'),
  'pairs without a value': filled(queryChars, 'a&'),
  'broken escapes of one name': filled(queryChars, 'a=%&'),
  'broken escapes of many names': filled(queryChars, (index) => `a${index}=%&`),
  'many names': filled(queryChars, (index) => `a${index}=1&`),
  'names that are none': filled(queryChars, (index) => `[${index}]=1&`),
  'one name, again and again': filled(queryChars, 'publisher=%41&'),
  'escapes alone': `publisher=${filled(queryChars, '%41')}`,
  'a GPP string of sections': `gpp=${filled(queryChars, '~')}`,
  'a GPP header': `gpp=DB${filled(queryChars, '_')}`,
  'a GPP section': `gpp=DBABMA~C${filled(queryChars, '_')}`,
  'ids of GPP sections': `gpp=DBABMA~C&gpp_sid=${filled(queryChars, '2,')}`,
  'a TCF string of ranges': `gdpr_consent=C${filled(queryChars, '_')}`,
  'a TCF string of segments': `gdpr_consent=CA${filled(queryChars, '.')}`,
};
const targets: Readonly<Record<string, string>> = {
  'macros of nothing': `https://shop.example/${filled(queryChars - 30, '{sub1}')}`,
  'macros, encoded': `https://shop.example/${filled(queryChars - 30, '%7Bsub1%7D')}`,
  'macros that are none': `https://shop.example/${filled(queryChars - 30, '{')}`,
  'folders up and down': `https://shop.example/${filled(queryChars - 30, 'a/../')}`,
  'folders down, then up': `https://shop.example/${filled(4_000, 'a/')}${filled(3_800, '../')}`,
  'what is escaped': `https://shop.example/${filled(queryChars - 30, '"')}`,
  'a host of ideographs': `https://${encodeURIComponent(ideographs(240))}`,
  'a host of letters that are many': `https://${encodeURIComponent('\ufdfa'.repeat(240))}`,
  'a host of marks': `https://a${encodeURIComponent(marks(240))}`,
  'a host of labels': `https://${filled(240, 'a.')}`,
  'a host of xn--': `https://${filled(240, 'xn--a.')}`,
  'a host of thousands': `https://${filled(queryChars - 30, 'a.')}`,
  slashes: `https:${filled(queryChars - 30, '/')}`,
  'no URL': filled(queryChars - 30, ':'),
};
const headers: Readonly<Record<string, Record<string, string>>> = {
  'cookies of our name': { cookie: filled(headerChars, '__Host-trackline') },
  'cookies nearly of our name': { cookie: filled(headerChars, '__Host-tracklin') },
  'cookies of nothing': { cookie: filled(headerChars, ';') },
  'a referrer': { referer: filled(headerChars, '/') },
  'a purpose': { purpose: filled(headerChars, ',prefetc') },
  'proxies that are trusted': { 'x-forwarded-for': filled(headerChars, '10.0.0.1,') },
  'proxies of version 6': { 'x-forwarded-for': filled(headerChars, '::ffff:10.0.0.1,') },
  'proxies of nothing': { 'x-forwarded-for': filled(headerChars, ',') },
  'an address of colons': { 'x-forwarded-for': filled(headerChars, ':') },
  'an address of digits': { 'x-forwarded-for': filled(headerChars, '1.') },
  'an origin': { origin: filled(headerChars, 'https://') },
  'a user agent of one letter': { 'user-agent': filled(headerChars, 'x') },
  'a user agent of versions': { 'user-agent': filled(headerChars, 'Mozilla/5.0 (') },
  'a user agent of bots, nearly': { 'user-agent': filled(headerChars, 'bo crawle spide ') },
};
/** Each of them with a type of body; 1 MiB where nothing else is said. */
const bodies: Readonly<Record<string, readonly [payload: string, type: string, more?: string]>> = {
  'a form of nothing': [filled(batchChars, '&'), form],
  'a form of 16 KiB of nothing': [filled(formChars, '&'), form],
  'a form of broken escapes': [filled(formChars, 'a=%&'), form],
  'a form of broken escapes of many names': [filled(formChars, (index) => `a${index}=%&`), form],
  brackets: [filled(batchChars, '['), json],
  'brackets, closed': [filled(batchChars / 2, '[') + filled(batchChars / 2, ']'), json],
  'brackets, as many as are read': [filled(65_000, '[') + filled(65_000, ']'), json],
  'lists of nothing': [`[${filled(batchChars, '[],')}0]`, json],
  'objects of nothing': [`[${filled(batchChars, '{},')}0]`, json],
  zeros: [`[[${filled(batchChars, '0,')}0]]`, json],
  'members of many names': [`{${filled(batchChars - 20, (index) => `"k${index}":0,`)}`, json],
  'members of many names, as many as are read': [
    `{${filled(800_000, (index) => `"k${index}":0,`)}"k":0}`,
    json,
  ],
  'members of many numbers': [`{${filled(800_000, (index) => `"${index * 131_072}":0,`)}"k":0}`, json],
  'objects of many names': [`[${filled(600_000, (index) => `{"k${index}":0},`)}0]`, json],
  'a constructor, and lists of nothing': [`[{"constructor":0},${filled(batchChars, '[],')}0]`, json],
  'a constructor, and as many zeros as are read': [`[{"constructor":0},[${filled(129_000, '0,')}0]]`, json],
  'free members of many names': [`[{"params":{${filled(800_000, (index) => `"k${index}":0,`)}"k":0}}]`, json],
  digits: [`[${filled(batchChars, '9')}]`, json],
  'numbers that are nearly none': [`[${filled(batchChars, '2.2250738585072011e-308,')}0]`, json],
  escapes: [`["${filled(batchChars, '\\u0061')}"]`, json],
  'one string without an end': [`["${filled(batchChars, '\\"')}`, json],
  blanks: [filled(batchChars, ' '), json],
  'four bytes each': [`["${filled(batchChars / 2, '\u{10348}')}"]`, json],
  'lines of nothing': [filled(batchChars, '\n'), ndjson],
  'lines of blanks': [filled(batchChars, ' \n'), ndjson],
  'lines of an empty object': [filled(batchChars, '{}\n'), ndjson],
  '500 lines that are none': [filled(1_000, 'x\n'), ndjson],
  '500 lines that begin as one': [filled(2_000, '{x}\n'), ndjson],
  '500 lines that are nearly one': [filled(3_500, '{"":}\n'), ndjson],
  '500 lines of brackets': [filled(256_000, `{"a":${'['.repeat(250)}${']'.repeat(250)}}\n`), ndjson],
  'a beacon of blanks': [filled(batchChars, ' '), 'text/plain'],
  '500 zeros': [`[${filled(998, '0,')}0]`, json],
  '500 empty objects': [`[${filled(1_497, '{},')}{}]`, json],
  '500 empty objects under a GPP string': [
    `[${filled(1_497, '{},')}{}]`,
    json,
    `/v1/events?gpp=DBABMA~C${filled(queryChars, '_')}`,
  ],
  '500 empty objects under a TCF string': [
    `[${filled(1_497, '{},')}{}]`,
    json,
    `/v1/events?gdpr_consent=C${filled(queryChars, '_')}`,
  ],
  '500 clicks to nowhere': [`[${filled(499 * 55, `${clickTo('x')},`)}0]`, json],
  '500 clicks to ideographs': [
    `[${Array(500)
      .fill(clickTo(`https://${ideographs(240)}`))
      .join(',')}]`,
    json,
  ],
  '500 clicks to letters that are many': [
    `[${Array(500)
      .fill(clickTo(`https://${'\ufdfa'.repeat(240)}`))
      .join(',')}]`,
    json,
  ],
  'an order of members': [`{${filled(formChars - 20, (index) => `"k${index}":0,`)}"k":0}`, json, order],
  'an order of brackets': [filled(formChars, '['), json, order],
  'an order of digits': [`{"amount":"${filled(formChars - 20, '9')}"}`, json, order],
  'an order of ampersands': [filled(formChars, '&'), form, order],
};

let tracker: TestTracker;
beforeAll(async () => {
  const programs = new GivenPrograms([program({ deepLinkHosts: ['.shop.example'] })]);
  const settings = {
    trustedProxies: ['127.0.0.1', '10.0.0.0/8'],
    rates: { programPerSecond: 0, addressPerSecond: 0 },
  };
  tracker = await buildTracker(
    { programs, settings, vendorId: 7, spoolBytesMax: 1024 * 1024 * 1024 },
    false,
    afterAll,
  );
});

const making = (call: Call) => () => tracker.tracker.publicServer.inject(call);

/** A benign call of the same kind and size. */
function benignOf(call: Call): Call {
  const payload = call.payload as string | undefined;
  if (payload !== undefined) {
    const size = Buffer.byteLength(payload) + call.url.length;
    return call.url.startsWith(order) ? post(benignOrder(size), json, order) : post(benignBatch(size), json);
  }
  const [path, query = ''] = call.url.split('?');
  const size = Object.values(call.headers ?? {}).join('').length;
  return {
    ...call,
    url: `${path}?${benignQuery(query.length)}`,
    headers: size === 0 ? {} : benignCookies(size),
  };
}

const measured: { readonly ratio: number; readonly name: string }[] = [];
afterAll(() => {
  const worst = measured.toSorted((a, b) => b.ratio - a.ratio).slice(0, 5);
  const told = worst.map(({ ratio, name }) => `${ratio.toFixed(1)} × for ${name}`);
  process.stdout.write(`   ${measured.length} measured, at most ${told.join(', ')}\n`);
});

async function expectCheap(call: Call): Promise<void> {
  const ratio = await costRatio(making(call), making(benignOf(call)), ratioMax);
  measured.push({ ratio, name: expect.getState().currentTestName!.split(' > ').at(-1)! });
  expect(ratio).toBeLessThan(ratioMax);
}

describe('takes no more than ten times the CPU time of a benign call of its size', () => {
  test.each(Object.entries(queries))('a query of %s', async (_, query) => {
    await expectCheap(get('impression', query));
  });

  test.each(Object.entries(targets))('a click to %s', async (_, target) => {
    await expectCheap(get('click', `url=${target}`));
  });

  test.each(Object.entries(headers))('a header of %s', async (_, said) => {
    await expectCheap(get('impression', 'publisher=p1', said));
  });

  test.each(Object.entries(bodies))('a body of %s', async (_, [payload, type, url]) => {
    await expectCheap(post(payload, type, url));
  });

  const piece = fc.constantFrom(
    ...[
      '&',
      '=',
      '%',
      '%zz',
      '%41',
      '+',
      'a',
      'sub1',
      'publisher',
      'gpp',
      '{',
      '}',
      '{sub1}',
      '[',
      ']',
      '"',
      ':',
      ',',
    ],
    ...[
      '~',
      '.',
      '_',
      '/',
      '\\',
      '@',
      '#',
      ';',
      ' ',
      '\n',
      '\t',
      '0',
      '9',
      '-',
      'é',
      '\u4e00',
      '\ufdfa',
      '\u0315',
    ],
    ...[
      'https://',
      '::',
      '10.0.0.1',
      '__Host-trackline',
      'prefetch',
      'Mozilla/5.0',
      '{"a":',
      '"a":0,',
      '{},',
      '\\u0061',
    ],
  );
  const pattern = fc.array(piece, { minLength: 1, maxLength: 5 }).map((pieces) => pieces.join(''));
  const latin1 = (text: string) => text.replace(/[^\x20-\x7e\xa0-\xff]/g, '');
  const kinds: Readonly<Record<string, (text: string) => Call>> = {
    'a query': (text) => get('impression', filled(queryChars, encodeURI(text).replaceAll('#', ''))),
    'a parameter': (text) => get('click', `url=${filled(queryChars, encodeURI(text).replace(/[&#]/g, ''))}`),
    'a target': (text) => get('click', `url=https://${encodeURIComponent(filled(800, text))}`),
    'a GPP string': (text) =>
      get('impression', `gpp=${filled(queryChars, encodeURI(text).replace(/[&#]/g, ''))}`),
    'a cookie': (text) => get('impression', '', { cookie: filled(headerChars, `${latin1(text)};`) }),
    'a user agent': (text) =>
      get('impression', '', { 'user-agent': filled(headerChars, `${latin1(text)}/`) }),
    'a list of proxies': (text) =>
      get('impression', '', { 'x-forwarded-for': filled(headerChars, `${latin1(text)},`) }),
    'a form': (text) => post(filled(formChars, text), form),
    'a batch': (text) => post(filled(batchChars / 4, text), json),
    'a batch of one list': (text) => post(`[${filled(batchChars / 4, text)}]`, json),
    lines: (text) => post(filled(batchChars / 4, text), ndjson),
    'a beacon': (text) => post(filled(batchChars / 4, text), 'text/plain'),
    'an order': (text) => post(filled(formChars, text), json, order),
  };

  test.each(Object.keys(kinds))('%s of any pattern, over and over', async (kind) => {
    await fc.assert(
      fc.asyncProperty(pattern, (text) => expectCheap(kinds[kind]!(text))),
      // The same each time: a ratio that is near its bound is no news of today's change.
      { numRuns: 8, seed: 20_261_124 },
    );
  });
});
