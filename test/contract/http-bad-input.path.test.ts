import { describe, expect, test } from 'vitest';
import {
  attackedTracker,
  crlf,
  expectJson,
  expectPage,
  expectPixel,
  get,
  post,
} from '../helpers/attacked-tracker.ts';
import { program } from '../helpers/tracker.ts';

const attacked = attackedTracker();
const { say } = attacked;

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
    attacked.expectOneMore();
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

  const order = { order_id: 'o-1', amount: '12.30', currency: 'EUR' };

  test.each([
    ['a currency that is no ISO 4217 code', { currency: 'EURO' }, 'currency_unknown'],
    ['a currency in lower case', { currency: 'eur' }, 'currency_unknown'],
    ['a currency that was one', { currency: 'DEM' }, 'currency_unknown'],
    ['an amount that is negative', { amount: '-1' }, 'amount_malformed'],
    ['an amount that is `NaN`', { amount: 'NaN' }, 'amount_malformed'],
    ['an amount that is `1e400`', { amount: '1e400' }, 'amount_malformed'],
    ['an amount that is `Infinity`', { amount: 'Infinity' }, 'amount_malformed'],
    ['an amount over 2⁵³', { amount: '9007199254740993' }, 'amount_malformed'],
    ['an amount over 2⁵³ by a cent', { amount: '9007199254740992.01' }, 'amount_malformed'],
    ['an order id over 50 characters', { order_id: 'o'.repeat(51) }, 'order_id_malformed'],
    ['no order id', { order_id: '' }, 'order_id_malformed'],
    ['a status that is none', { status: 'paid' }, 'status_malformed'],
  ])('%s → 400', async (_, wrong, code) => {
    const said = { ...order, ...wrong };
    const query = new URLSearchParams(said).toString();
    const pixel = await say(get(`/v1/transaction/aurora-shoes?${query}`));
    expectPixel(pixel, 400, `rejected; reason=${code}`);
    expectJson(await say(get(`/v1/events/aurora-shoes?type=transaction&${query}`)), 400, code);
    for (const [type, body] of [
      ['application/x-www-form-urlencoded', query],
      ['application/json', JSON.stringify(said)],
    ] as const) {
      const headers = [`Content-Type: ${type}`, `Content-Length: ${body.length}`];
      expectJson(await say(post('/v1/transaction/aurora-shoes', body, ...headers)), 400, code);
    }
  });

  const subIds = Array.from({ length: 33 }, (_, index) => `sub${index + 1}=x`);

  test.each([
    ['more than 32 sub-ids', subIds.join('&'), 'sub_ids_too_many'],
    ['a sub-id over 256 bytes', `sub1=${'x'.repeat(257)}`, 'sub_id_too_long'],
    ['a sub-id over 256 bytes, of 129 characters', `sub1=${'%C3%A4'.repeat(129)}`, 'sub_id_too_long'],
    ['a broken escape in a sub-id', 'sub1=%zz', 'malformed'],
  ])('%s → 400', async (_, query, code) => {
    await everywhere(400, code, `aurora-shoes?${query}`)();
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
