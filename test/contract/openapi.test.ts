import { Validator } from '@seriousme/openapi-schema-validator';
import { callReasons } from '@trackline/domain/verdict';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { type ProvingCall, provingCalls } from '../helpers/openapi-calls.ts';
import {
  type Document,
  faultsIn,
  fits,
  type Listed,
  listedIn,
  nameOfReply,
  operationsOf,
} from '../helpers/openapi-document.ts';
import { provingTrackers } from '../helpers/openapi-trackers.ts';
import { type RawReply, sayRaw } from '../helpers/raw-http.ts';
import { buildTracker } from '../helpers/tracker.ts';

const trackers = provingTrackers();
let document: Document;

beforeAll(async () => {
  const reply = await fetch(`${trackers.usual().adminUrl}/openapi.json`);
  document = (await reply.json()) as Document;
});

/** What of a call's answer the document does not say; none when all is as it is listed under the call's name. */
async function faultsOf(call: ProvingCall, from: Document = document): Promise<string[]> {
  const reply = await trackers.make(call);
  if (reply === null) return ['no answer'];
  return faultsOfReply(call.name, reply, from);
}

function faultsOfReply(name: string, reply: RawReply, from: Document = document): string[] {
  const answered = nameOfReply(name.split(':', 1)[0]!, reply);
  const found = answered === name ? [] : [`answered as ${answered}`];
  const listed = listedIn(from).find((each) => each.name === answered);
  return listed === undefined
    ? [...found, `${answered} is not listed`]
    : [...found, ...faultsIn(listed, reply)];
}

const unproven = (listed: readonly Listed[], calls: readonly ProvingCall[]) =>
  listed.map(({ name }) => name).filter((name) => !calls.some((call) => call.name === name));

/** The document with every `text` in it changed. */
function changed(text: string, to: string): Document {
  const before = JSON.stringify(document);
  expect(before).toContain(text);
  return JSON.parse(before.replaceAll(text, to)) as Document;
}

describe('the OpenAPI document', () => {
  test('is one of OpenAPI 3.1, names each operation once, and where it can be called', async () => {
    const validator = new Validator();
    expect(await validator.validate(JSON.parse(JSON.stringify(document)))).toEqual({ valid: true });
    expect(validator.version).toBe('3.1');
    const ids = operationsOf(document).map(({ operationId }) => operationId);
    expect(new Set(ids)).toEqual(new Set(provingCalls.map(({ name }) => name.split(':', 1)[0])));
    expect(ids).toHaveLength(6);
    expect(document.servers).toEqual([{ url: trackers.usual().url }]);
  });

  test('holds no schema that is none', () => {
    for (const { parameters = [], requestBody, responses } of operationsOf(document)) {
      const media = [requestBody, ...Object.values(responses)].flatMap((each) =>
        Object.values(each?.content ?? {}),
      );
      const headers = Object.values(responses).flatMap((response) => Object.values(response.headers));
      // ajv refuses to compile what it does not know.
      for (const { schema } of [...parameters, ...media, ...headers]) fits(schema, '');
    }
  });

  test('lists no answer that is not produced here', () => {
    expect(unproven(listedIn(document), provingCalls)).toEqual([]);
  });

  test('lists every reason for which an operation refuses a call', () => {
    const text = JSON.stringify(document);
    const unlisted = callReasons.filter((reason) => !text.includes(`; reason=${reason}"`));
    expect(unlisted).toEqual(['method_not_allowed', 'head', 'prefetch', 'preflight']);
  });

  test.each(provingCalls.map((call, index) => [`${call.name} (${index + 1})`, call] as const))(
    '%s',
    async (_, call) => {
      expect(await faultsOf(call)).toEqual([]);
    },
  );
});

describe('what these tests notice', () => {
  const call = (name: string) => provingCalls.find((each) => each.name === name)!;

  test('an answer that is listed and never produced', () => {
    const few = provingCalls.filter(({ name }) => name !== 'trackClick: 503 text/html');
    expect(unproven(listedIn(document), few)).toEqual(['trackClick: 503 text/html']);
    expect(unproven(listedIn(changed('"415":', '"418":')), provingCalls)).toEqual([
      'trackTransaction: 418 application/json',
      'trackBatch: 418 application/json',
    ]);
  });

  test('a status or a media type that is not listed', async () => {
    const gone = 'trackEvent: 410 application/json';
    expect(await faultsOf(call(gone), changed('"410":', '"411":'))).toEqual([`${gone} is not listed`]);
    const pixel = 'trackImpression: 200 image/gif';
    const other = changed('"image/gif":', '"image/png":');
    expect(await faultsOf(call(pixel), other)).toEqual([`${pixel} is not listed`]);
  });

  test('another answer than the call is meant to get', async () => {
    const { to, packets } = call('trackClick: 404 text/html');
    expect(await faultsOf({ name: 'trackClick: 503 text/html', to, packets })).toEqual([
      'answered as trackClick: 404 text/html',
    ]);
  });

  test.each([
    [
      '"program_unknown"',
      '"program_lost"',
      ['the body/error/code must be equal to one of the allowed values'],
    ],
    [
      '"rejected; reason=program_unknown"',
      '"accepted"',
      ['x-tracking-verdict must be equal to one of the allowed values'],
    ],
    ['"cache-control":', '"cache":', ['cache-control is not listed', 'cache is missing']],
  ])('a body or a header that is not as listed: %s in place of %s', async (text, to, faults) => {
    expect(await faultsOf(call('trackEvent: 404 application/json'), changed(text, to))).toEqual(faults);
  });
});

const longest = (length: number) => 'a'.repeat(length);

/** A call that does not go over the wire. */
async function inject(
  url: string,
  headers: Record<string, string> = {},
  payload?: string,
): Promise<RawReply> {
  const method = payload === undefined ? 'GET' : 'POST';
  const call = { method, url, headers, ...(payload !== undefined && { payload }) } as const;
  const reply = await trackers.usual().tracker.publicServer.inject(call);
  const texts = Object.entries(reply.headers).map(([name, value]) => [name, String(value)]);
  return { status: reply.statusCode, headers: Object.fromEntries(texts), body: reply.rawPayload };
}

const pathOf = (operationId: string, programId: string) => {
  const [path] = Object.entries(document.paths).find(([, methods]) =>
    Object.values(methods).some((operation) => operation.operationId === operationId),
  )!;
  return path.replace('{programId}', encodeURIComponent(programId));
};

describe('whatever the call', () => {
  const words = ['a', 'b', 'impression', 'click', 'transaction', 'start', 'EUR', 'pending', '12.30', 'k1'];
  const targets = ['https://shop.example/x', 'javascript:alert(1)', '1YYY', '9'.repeat(65)];
  const ids = ['aurora-shoes', 'paused', 'keyed', 'nowhere', 'unknowable', 'broken', '', 'a.b', longest(65)];
  const value = fc.oneof(fc.constantFrom(...words, ...targets, ...ids), fc.string({ maxLength: 300 }));
  const headers = fc.constantFrom<Record<string, string>>(
    {},
    { 'sec-purpose': 'prefetch' },
    { 'sec-gpc': '1', cookie: '__Host-trackline=AAAAAAAAAAAAAAAAAAAAAA' },
  );
  const runs = { numRuns: 150 };

  test('no answer to a query that is not listed', async () => {
    for (const { operationId, parameters = [] } of gets()) {
      const names = parameters.filter((each) => each.in === 'query').map(({ name }) => name);
      const query = fc.array(fc.tuple(fc.constantFrom(...names, 'sub1'), value), { maxLength: 6 });
      const calls = fc.asyncProperty(fc.constantFrom(...ids), query, headers, async (id, said, sent) => {
        const reply = await inject(`${pathOf(operationId, id)}?${new URLSearchParams(said)}`, sent);
        expect(faultsOfReply(nameOfReply(operationId, reply), reply)).toEqual([]);
      });
      await fc.assert(calls, runs);
    }
    expect(gets()).toHaveLength(4);
  });

  test('no answer to a body that is not listed', async () => {
    const names = ['type', 'programId', 'orderId', 'amount', 'currency', 'status', 'clickId', 'sig', 'sub1'];
    const event = fc.dictionary(fc.constantFrom(...names), value);
    const body = fc.oneof(
      event.map((said) => JSON.stringify(said)),
      fc.array(event, { maxLength: 3 }).map((said) => JSON.stringify(said)),
      event.map((said) => String(new URLSearchParams(said))),
      fc.json(),
      fc.string(),
    );
    for (const { operationId, requestBody } of posts()) {
      const types = fc.constantFrom(...Object.keys(requestBody!.content), 'text/xml');
      const calls = fc.asyncProperty(
        fc.constantFrom(...ids),
        types,
        body,
        headers,
        async (id, type, text, sent) => {
          const reply = await inject(pathOf(operationId, id), { ...sent, 'content-type': type }, text);
          expect(faultsOfReply(nameOfReply(operationId, reply), reply)).toEqual([]);
        },
      );
      await fc.assert(calls, runs);
    }
    expect(posts()).toHaveLength(2);
  });

  const gets = () => operationsOf(document).filter(({ requestBody }) => requestBody === undefined);
  const posts = () => operationsOf(document).filter(({ requestBody }) => requestBody !== undefined);
});

describe('a parameter', () => {
  /** Parameters that have a form of their own, on a call that is good without them. */
  const formed = ['publisher', 'click_id', 'order_id', 'amount', 'status', 'event', 'type'] as const;
  const good = { order_id: 'o-1', amount: '1', currency: 'EUR' };

  test.each(formed)('%s: its schema takes what the tracker takes, and nothing else', async (name) => {
    const operationId =
      name === 'event' ? 'trackImpression' : name === 'type' ? 'trackEvent' : 'trackTransactionPixel';
    const { parameters } = operationsOf(document).find((each) => each.operationId === operationId)!;
    const { schema } = parameters!.find((each) => each.name === name)!;
    const path = pathOf(operationId, 'aurora-shoes');
    const taken: boolean[] = [];
    const values = [
      'a',
      'a_-Z9',
      'a'.repeat(50),
      'a'.repeat(51),
      'a'.repeat(64),
      'a'.repeat(65),
      'a b',
      'a\n',
      'é',
      '0',
    ];
    const numbers = [
      '-1',
      '1.5',
      '1.1234567',
      '1e3',
      '.5',
      '5.',
      '1234567890123456',
      '12345678901234567',
      'NaN',
    ];
    const words = [
      'pending',
      'approved',
      'Pending',
      'start',
      'complete',
      'Start',
      'impression',
      'click',
      'view',
    ];
    for (const said of [...values, ...numbers, ...words]) {
      const query = new URLSearchParams({ ...good, [name]: said });
      const { status } = await inject(`${path}?${query}`);
      taken.push(fits(schema, said));
      expect([said, status < 400]).toEqual([said, taken.at(-1)]);
    }
    expect(new Set(taken).size).toBe(2);
  });
});

describe('the page to try it', () => {
  const admin = (path: string, headers = {}) => fetch(`${trackers.usual().adminUrl}${path}`, { headers });

  test('loads everything from where it is, and may ask nobody else but the public port', async () => {
    const reply = await admin('/openapi');
    expect(reply.headers.get('content-type')).toContain('text/html');
    const policy = reply.headers.get('content-security-policy')!;
    expect(policy).toContain("default-src 'none'");
    expect(policy.match(/https?:[^ ;]+/g)).toEqual([trackers.usual().url]);
    const loaded = [...(await reply.text()).matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path!);
    expect(loaded.length).toBeGreaterThanOrEqual(5);
    for (const path of loaded) expect([path, (await admin(path)).status]).toEqual([path, 200]);
    expect(await (await admin('/openapi/json')).json()).toEqual(document);
  });

  test('may read the public port’s answers, without cookies, by each name of loopback', async () => {
    const { url, adminUrl } = trackers.usual();
    const { port } = new URL(adminUrl);
    const allowed = async (origin: string) => {
      const { headers } = await fetch(`${url}/v1/events/aurora-shoes?type=click`, { headers: { origin } });
      return ['allow-origin', 'allow-credentials'].map((name) => headers.get(`access-control-${name}`));
    };
    for (const host of ['127.0.0.1', 'localhost', '[::1]']) {
      const origin = `http://${host}:${port}`;
      expect(await allowed(origin)).toEqual([origin, null]);
    }
    expect(await allowed('http://127.0.0.1:1')).toEqual([null, null]);
  });

  test('where the public port is open on every address, names it by the host that was asked', async () => {
    const { adminUrl, url } = await buildTracker(
      { settings: { host: '0.0.0.0', adminHost: '0.0.0.0' } },
      true,
    );
    const { port } = new URL(url);
    const serverFor = async (host: string) => {
      const reply = await sayRaw(adminUrl, `GET /openapi.json HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
      return (JSON.parse(reply!.body.toString()) as Document).servers[0]!.url;
    };
    expect(await serverFor('tracker.internal:9090')).toBe(`http://tracker.internal:${port}`);
    expect(await serverFor('[::1]:9090')).toBe(`http://[::1]:${port}`);
    expect(await serverFor("evil';x")).toBe(`http://0.0.0.0:${port}`);
  });

  test('what is not there is not there', async () => {
    for (const path of [
      '/openapi/nothing',
      '/openapi/../v1/impression/aurora-shoes',
      '/v1/impression/aurora-shoes',
    ]) {
      expect((await admin(path)).status).toBe(404);
    }
  });
});
