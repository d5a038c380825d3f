import { describe, expect, test } from 'vitest';
import {
  attackedTracker,
  crlf,
  expectJson,
  expectPage,
  expectPixel,
  get,
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
