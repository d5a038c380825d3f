import { expect, test } from 'vitest';
import { buildTracker, GivenPrograms, program } from '../../../../test/helpers/tracker.ts';
import { limits } from '../../limits.ts';
import { locationCharsMax } from '../redirect/location.ts';

test('the largest event that a call can make is far from the largest that is taken', async () => {
  const id = 'p'.repeat(limits.idLengthMax);
  const { tracker, spool } = await buildTracker({
    programs: new GivenPrograms([program({ id, version: 2 ** 53 - 1 })]),
    settings: { instance: 'i'.repeat(128), region: 'r'.repeat(32), trustedProxies: ['127.0.0.1'] },
  });
  const beginning = 'https://shop.example/?';
  const value = 'x'.repeat(limits.paramBytesMax);
  const subIds = Array.from({ length: limits.subIdsMax }, (_, index) => [`sub${1_000 + index}`, value]);
  const free = Array.from({ length: limits.freeParamsMax }, (_, index) => [
    `${'n'.repeat(62)}${10 + index}`,
    value,
  ]);
  const reply = await tracker.publicServer.inject({
    method: 'POST',
    url: '/v1/events',
    headers: {
      // A byte of a header is a character, which takes two in UTF-8.
      'user-agent': 'ÿ'.repeat(limits.headerBytesMax),
      referer: 'ÿ'.repeat(limits.headerBytesMax),
      'x-forwarded-for': '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff',
      cookie: `__Host-trackline=${'v'.repeat(22)}`,
    },
    payload: [
      {
        type: 'click',
        programId: id,
        publisher: id,
        url: beginning + 'x'.repeat(locationCharsMax - beginning.length),
        params: Object.fromEntries([...subIds, ...free]),
      },
    ],
  });
  expect(reply.json().outcomes).toMatchObject([{ verdict: 'accepted' }]);
  const eventBytes = spool.account().usedBytes - limits.eventOverheadBytes;
  expect(eventBytes).toBeGreaterThan(20 * 1024);
  expect(eventBytes).toBeLessThan(24 * 1024);
  expect(1.3 * eventBytes).toBeLessThan(limits.eventBytesMax);
});
