import { vastEvents } from '@trackline/domain/tracking-event';
import { describe, expect, test } from 'vitest';
import { buildTracker, GivenPrograms, program } from '../../../../test/helpers/tracker.ts';
import { until } from '../../../../test/helpers/until.ts';
import { gif } from '../answers/pixel.ts';

const nowMs = Date.now();
const programs = () =>
  new GivenPrograms([
    program(),
    program({ id: 'paused', status: 'paused' }),
    program({ id: 'early', validFromMs: nowMs + 3_600_000 }),
    program({ id: 'late', validUntilMs: nowMs - 1 }),
  ]);

async function impression(path: string, overrides: Parameters<typeof buildTracker>[0] = {}, headers = {}) {
  const built = await buildTracker({ programs: programs(), ...overrides });
  const reply = await built.tracker.publicServer.inject({ url: `/v1/impression/${path}`, headers });
  return { ...built, reply };
}

describe('GET /v1/impression/:programId', () => {
  test('accepts, and answers with the GIF', async () => {
    const { reply, spool } = await impression('aurora-shoes?publisher=p1');
    expect(reply.statusCode).toBe(200);
    expect(reply.headers).toMatchObject({
      'content-type': 'image/gif',
      'x-tracking-verdict': 'accepted',
      'cache-control': 'no-store',
      pragma: 'no-cache',
      expires: '0',
    });
    expect(reply.rawPayload.equals(gif)).toBe(true);
    expect(gif.subarray(0, 6).toString()).toBe('GIF89a');
    expect(spool.account().acceptedThrough).toBe(1);
  });

  test('makes an event of what it was called with, and of nothing that identifies a person', async () => {
    const { stream } = await impression(
      'aurora-shoes?publisher=p1&sub1=sidebar&placement=top&a[b]=c',
      { settings: { trustedProxies: ['127.0.0.1'], instance: 'tracker-7' } },
      {
        'user-agent': 'u'.repeat(600),
        referer: 'https://news.example/page?session=secret#top',
        'x-forwarded-for': '203.0.113.77',
      },
    );
    await until('the event', () => stream.events.length === 1);
    expect(stream.events[0]).toMatchObject({
      writer: 'writer-1',
      sequence: 1,
      type: 'impression',
      programId: 'aurora-shoes',
      programVersion: 3,
      publisherId: 'p1',
      clickId: '',
      ip: '203.0.113.0',
      userAgent: 'u'.repeat(512),
      referrer: 'https://news.example/page',
      landingUrl: '',
      transaction: null,
      unverified: false,
      instance: 'tracker-7',
      region: 'eu-central-1',
    });
    expect(stream.events[0]!.params).toEqual({ sub1: 'sidebar', placement: 'top' });
    expect(stream.events[0]!.messageId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
  });

  test.each([
    ['nowhere', 'program_unknown'],
    ['paused', 'program_paused'],
    ['early', 'program_not_yet_valid'],
    ['late', 'program_expired'],
  ])('rejects %s for what it is: 200, the GIF, %s, nothing counted', async (id, reason) => {
    const { reply, spool } = await impression(id);
    expect(reply.statusCode).toBe(200);
    expect(reply.headers['x-tracking-verdict']).toBe(`rejected; reason=${reason}`);
    expect(reply.rawPayload.equals(gif)).toBe(true);
    expect(spool.account().acceptedThrough).toBe(0);
  });

  test.each(vastEvents)('the VAST event %s is an impression that says so', async (event) => {
    const { reply, stream } = await impression(`aurora-shoes?event=${event}`);
    expect(reply.headers['x-tracking-verdict']).toBe('accepted');
    await until('the event', () => stream.events.length === 1);
    expect(stream.events[0]).toMatchObject({ type: 'impression', vastEvent: event });
  });

  test.each(['Start', 'pause', 'start%20'])('%s is no VAST event that is taken', async (event) => {
    const { reply, spool } = await impression(`aurora-shoes?event=${event}`);
    expect(reply.statusCode).toBe(400);
    expect(reply.headers['x-tracking-verdict']).toBe('rejected; reason=vast_event_malformed');
    expect(spool.account().acceptedThrough).toBe(0);
  });

  test('a beacon gets 204 without a body, accepted or rejected', async () => {
    for (const [id, verdict] of [
      ['aurora-shoes', 'accepted'],
      ['paused', 'rejected; reason=program_paused'],
    ]) {
      const { reply } = await impression(`${id}?f=b`);
      expect(reply.statusCode).toBe(204);
      expect(reply.headers['x-tracking-verdict']).toBe(verdict);
      expect(reply.rawPayload).toHaveLength(0);
    }
  });

  test.each([
    ['a broken escape in a known parameter', 'aurora-shoes?publisher=%zz', 400, 'malformed'],
    ['a publisher outside the pattern', 'aurora-shoes?publisher=a%20b', 400, 'id_malformed'],
    ['a publisher of 65 characters', `aurora-shoes?publisher=${'p'.repeat(65)}`, 414, 'id_too_long'],
    ['an id outside the pattern', 'aurora.shoes', 400, 'id_malformed'],
    ['an id of 65 characters', 'a'.repeat(65), 414, 'id_too_long'],
  ])('%s keeps its 4xx, with the GIF', async (_, path, status, reason) => {
    const { reply, spool } = await impression(path);
    expect(reply.statusCode).toBe(status);
    expect(reply.headers['x-tracking-verdict']).toBe(`rejected; reason=${reason}`);
    expect(reply.headers['content-type']).toBe('image/gif');
    expect(reply.rawPayload.equals(gif)).toBe(true);
    expect(spool.account().acceptedThrough).toBe(0);
  });

  test('a full spool sheds: 503, the GIF, and when to come again', async () => {
    for (const [random, seconds] of [
      [0, '1'],
      [0.999, '3'],
    ] as const) {
      const { reply } = await impression('aurora-shoes', { spoolBytesMax: 1, random: () => random });
      expect(reply.statusCode).toBe(503);
      expect(reply.headers['x-tracking-verdict']).toBe('shed; reason=spool_full');
      expect(reply.headers['retry-after']).toBe(seconds);
      expect(reply.rawPayload.equals(gif)).toBe(true);
    }
  });

  test('a program that can’t be known is accepted, flagged', async () => {
    const given = programs();
    given.set('aurora-shoes', { kind: 'unknowable' });
    const { reply, stream } = await impression('aurora-shoes', { programs: given });
    expect(reply.headers['x-tracking-verdict']).toBe('accepted');
    await until('the event', () => stream.events.length === 1);
    expect(stream.events[0]).toMatchObject({ programVersion: 0, unverified: true });
  });

  test('…and shed where the tracker is told to refuse it', async () => {
    const given = programs();
    given.set('aurora-shoes', { kind: 'unknowable' });
    const { reply } = await impression('aurora-shoes', {
      programs: given,
      settings: { acceptsUnverified: false },
    });
    expect(reply.statusCode).toBe(503);
    expect(reply.headers['x-tracking-verdict']).toBe('shed; reason=program_unknowable');
  });

  test('a program served past its TTL flags the event', async () => {
    const given = programs();
    given.set('aurora-shoes', { kind: 'known', program: program(), unverified: true });
    const { stream } = await impression('aurora-shoes', { programs: given });
    await until('the event', () => stream.events.length === 1);
    expect(stream.events[0]).toMatchObject({ programVersion: 3, unverified: true });
  });

  test('a cache miss is waited for', async () => {
    const given = programs();
    given.set(
      'aurora-shoes',
      Promise.resolve({ kind: 'known', program: program(), unverified: false } as const),
    );
    const { reply } = await impression('aurora-shoes', { programs: given });
    expect(reply.headers['x-tracking-verdict']).toBe('accepted');
  });

  test('something that throws costs its own call only: 500, the GIF, told once', async () => {
    const given = programs();
    given.set('aurora-shoes', Promise.reject(new Error('planted')));
    const { reply, logged, tracker } = await impression('aurora-shoes', { programs: given });
    expect(reply.statusCode).toBe(500);
    expect(reply.headers['x-tracking-verdict']).toBe('shed; reason=internal');
    expect(reply.rawPayload.equals(gif)).toBe(true);
    expect(logged.filter(({ event }) => event === 'call_failed')).toHaveLength(1);
    given.set('aurora-shoes', { kind: 'known', program: program(), unverified: false });
    const next = await tracker.publicServer.inject('/v1/impression/aurora-shoes');
    expect(next.headers['x-tracking-verdict']).toBe('accepted');
  });

  test.each(['prefetch', 'prefetch;prerender', 'Prefetch', 'foo, prefetch'])(
    'a prefetch (%s) is answered, and ignored',
    async (token) => {
      for (const name of ['sec-purpose', 'purpose']) {
        const { reply, spool } = await impression('aurora-shoes', {}, { [name]: token });
        expect(reply.statusCode).toBe(200);
        expect(reply.headers['x-tracking-verdict']).toBe('ignored');
        expect(reply.rawPayload.equals(gif)).toBe(true);
        expect(spool.account().acceptedThrough).toBe(0);
      }
    },
  );

  test('a prefetch may say so in either header, whatever the other says', async () => {
    const { reply } = await impression('aurora-shoes', {}, { 'sec-purpose': 'other', purpose: 'prefetch' });
    expect(reply.headers['x-tracking-verdict']).toBe('ignored');
  });

  test('a purpose that only contains the letters is no prefetch', async () => {
    const { reply } = await impression('aurora-shoes', {}, { 'sec-purpose': 'noprefetching' });
    expect(reply.headers['x-tracking-verdict']).toBe('accepted');
  });

  test('HEAD is answered as GET, without a body, and ignored', async () => {
    const { tracker, spool } = await buildTracker();
    const reply = await tracker.publicServer.inject({ method: 'HEAD', url: '/v1/impression/aurora-shoes' });
    expect(reply.statusCode).toBe(200);
    expect(reply.headers['x-tracking-verdict']).toBe('ignored');
    expect(spool.account().acceptedThrough).toBe(0);
  });
});
