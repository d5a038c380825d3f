import { describe, expect, test } from 'vitest';
import {
  buildTracker,
  GivenPrograms,
  program,
  type TrackerOverrides,
} from '../../../../test/helpers/tracker.ts';

/** The headers that the HTTP contract gives each answer, and none besides. */

const always = ['cache-control', 'connection', 'content-length', 'date', 'x-tracking-verdict'];
const gif = {
  'content-type': 'image/gif',
  pragma: 'no-cache',
  expires: '0',
  'cross-origin-resource-policy': 'cross-origin',
};
/** Who comes for the first time, and is no mere look. */
const visitor = { 'set-cookie': [expect.stringMatching(/^__Host-trackline=[\w-]{22}; /)] };
const json = { 'content-type': 'application/json; charset=utf-8' };
const page = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': "default-src 'none'",
};
const found = { location: 'https://shop.example/shoes?utm_source=trackline' };
const later = { 'retry-after': '2' };
const full: TrackerOverrides = { spoolBytesMax: 1 };
const none: TrackerOverrides = {};

function programs() {
  const given = new GivenPrograms([program(), program({ id: 'paused', status: 'paused' })]);
  given.set('unknowable', { kind: 'unknowable' });
  const lookup = given.lookup.bind(given);
  given.lookup = (id) => {
    if (id === 'broken') throw new Error('planted');
    return lookup(id);
  };
  return given;
}

describe('every answer has the headers of its contract', () => {
  test.each([
    ['/v1/impression/aurora-shoes', 200, { ...gif, ...visitor }],
    ['/v1/impression/aurora-shoes?f=b', 204, visitor],
    ['/v1/impression/nowhere', 200, gif],
    ['/v1/impression/a.b', 400, gif],
    ['/v1/impression/%zz', 400, gif],
    ['/v1/impression/broken', 500, gif],
    ['/v1/impression/aurora-shoes', 503, { ...gif, ...later }, full],
    ['/v1/impression/aurora-shoes?f=b', 503, { ...gif, ...later }, full],
    ['/v1/click/aurora-shoes', 302, { ...found, ...visitor }],
    ['/v1/click/paused', 302, found],
    ['/v1/click/aurora-shoes', 302, found, full],
    ['/v1/click/nowhere', 404, page],
    ['/v1/click/a.b', 400, page],
    ['/v1/click/unknowable', 503, { ...page, ...later }],
    ['/v1/events/aurora-shoes?type=click', 200, json],
    ['/v1/events/aurora-shoes', 400, json],
    ['/v1/events/paused?type=click', 410, json],
    ['/v1/events/unknowable?type=click', 503, { ...json, ...later }],
    ['/v2', 404, json],
  ] as const)('%s: %i', async (url, status, headers, overrides = none) => {
    const { tracker } = await buildTracker({ programs: programs(), random: () => 0.5, ...overrides });
    // What is ignored needs no room.
    for (const method of overrides === full ? ['GET' as const] : (['GET', 'HEAD'] as const)) {
      const reply = await tracker.publicServer.inject({ method, url });
      expect(reply.statusCode).toBe(status);
      const { 'set-cookie': setCookie, ...others } = headers as Record<string, unknown>;
      const awaited = {
        ...others,
        ...(setCookie !== undefined && method === 'GET' && { 'set-cookie': setCookie }),
      };
      expect(reply.headers).toMatchObject({ 'cache-control': 'no-store', ...awaited });
      const names = Object.keys(reply.headers).filter((name) => !always.includes(name));
      expect(names.toSorted()).toEqual(Object.keys(awaited).toSorted());
      const verdict = reply.headers['x-tracking-verdict'];
      if (method === 'HEAD') expect(verdict).toBe('ignored');
      else expect(verdict).toMatch(/^(accepted|(rejected|shed); reason=[a-z_]+)$/);
    }
  });

  test('OPTIONS, and a method that is not taken', async () => {
    const { tracker } = await buildTracker();
    for (const [method, status, headers] of [
      ['OPTIONS', 204, {}],
      ['DELETE', 405, { ...json, allow: 'GET, HEAD, OPTIONS' }],
    ] as const) {
      const reply = await tracker.publicServer.inject({ method, url: '/v1/click/a' });
      expect(reply.statusCode).toBe(status);
      expect(reply.headers).toMatchObject({ 'cache-control': 'no-store', ...headers });
      const names = Object.keys(reply.headers).filter((name) => !always.includes(name));
      expect(names.toSorted()).toEqual(Object.keys(headers).toSorted());
    }
  });
});
