import type { Program } from '@trackline/domain/program';
import { parseUpdate } from '@trackline/proto/core-data-update';
import { expect, test } from 'vitest';
import { buildTracker, GivenPrograms } from '../../../test/helpers/tracker.ts';
import { limits } from '../limits.ts';

test('the largest event that a call can make is far from the largest that is taken', async () => {
  const id = 'p'.repeat(limits.idLengthMax);
  const beginning = 'https://shop.example/?';
  const landingUrl = beginning + 'x'.repeat(2_048 - beginning.length);
  const parsed = parseUpdate(
    Buffer.from(JSON.stringify({ id, version: 2 ** 53 - 1, name: 'x', landingUrl })),
  );
  expect(parsed).toMatchObject({ ok: true });
  const { program } = parsed as { readonly program: Program };
  const instance = 'i'.repeat(128);
  const { tracker, spool } = await buildTracker({
    programs: new GivenPrograms([program]),
    settings: { instance, region: 'r'.repeat(32), trustedProxies: ['127.0.0.1'] },
  });
  const reply = await tracker.publicServer.inject({
    url: `/v1/click/${id}?publisher=${id}`,
    headers: {
      // A byte of a header is a character, which takes two in UTF-8.
      'user-agent': 'ÿ'.repeat(limits.headerBytesMax),
      referer: 'ÿ'.repeat(limits.headerBytesMax),
      'x-forwarded-for': '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff',
    },
  });
  expect(reply.headers['x-tracking-verdict']).toBe('accepted');
  const eventBytes = spool.account().unsentBytes - limits.eventOverheadBytes;
  expect(eventBytes).toBeGreaterThan(5 * 1024);
  expect(eventBytes).toBeLessThan(6 * 1024);
  expect(2 * eventBytes).toBeLessThan(limits.eventBytesMax);
});
