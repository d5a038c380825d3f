import { systemClock } from '@trackline/domain/clock';
import { describe, expect, test } from 'vitest';
import { buildTracker, GivenPrograms, program } from '../../../../test/helpers/tracker.ts';
import { until } from '../../../../test/helpers/until.ts';
import { limits } from '../../limits.ts';
import { MemorySpool } from '../../shipping/spool.memory.ts';

const landing = 'https://shop.example/shoes?utm_source=trackline';

async function click(
  given: GivenPrograms,
  path = 'aurora-shoes',
  overrides: Parameters<typeof buildTracker>[0] = {},
  request: { method?: 'GET' | 'HEAD'; headers?: Record<string, string> } = {},
) {
  const built = await buildTracker({ programs: given, ...overrides });
  const reply = await built.tracker.publicServer.inject({
    method: 'GET',
    url: `/v1/click/${path}`,
    ...request,
  });
  return { ...built, reply };
}

describe('GET /v1/click/:programId', () => {
  test('redirects to the landing URL; the click’s id is its message id', async () => {
    const { reply, stream } = await click(new GivenPrograms(), 'aurora-shoes?publisher=p1');
    expect(reply.statusCode).toBe(302);
    expect(reply.headers).toMatchObject({
      location: landing,
      'x-tracking-verdict': 'accepted',
      'cache-control': 'no-store',
    });
    await until('the event', () => stream.events.length === 1);
    const event = stream.events[0]!;
    expect(event).toMatchObject({ type: 'click', publisherId: 'p1', landingUrl: landing });
    expect(event.clickId).toBe(event.messageId);
  });

  test('the Location is what the URL Standard makes of the landing URL', async () => {
    const given = new GivenPrograms([program({ landingUrl: 'HTTPS://Bücher.Example/ö?q=a b\r\nx: y#ü' })]);
    const { reply } = await click(given);
    expect(reply.headers.location).toBe('https://xn--bcher-kva.example/%C3%B6?q=a%20bx:%20y#%C3%BC');
  });

  test.each([
    ['paused', { status: 'paused' }, 'program_paused'],
    ['not yet valid', { validFromMs: Date.now() + 3_600_000 }, 'program_not_yet_valid'],
    ['expired', { validUntilMs: Date.now() - 1 }, 'program_expired'],
  ] as const)('a program that is %s: to the landing URL, rejected, not counted', async (_, how, reason) => {
    const { reply, spool } = await click(new GivenPrograms([program(how)]));
    expect(reply.statusCode).toBe(302);
    expect(reply.headers.location).toBe(landing);
    expect(reply.headers['x-tracking-verdict']).toBe(`rejected; reason=${reason}`);
    expect(spool.account().acceptedThrough).toBe(0);
  });

  test('a failure of ours: to the landing URL all the same', async () => {
    const spool = new MemorySpool({ writer: 'w', clock: systemClock, bytesMax: 2 ** 20, limits });
    const broken = Object.assign(spool, {
      accept() {
        throw new Error('planted');
      },
    });
    const { reply, logged } = await click(new GivenPrograms(), 'aurora-shoes', { spool: broken });
    expect(reply.statusCode).toBe(302);
    expect(reply.headers).toMatchObject({
      location: landing,
      'x-tracking-verdict': 'shed; reason=internal',
    });
    expect(logged.filter(({ event }) => event === 'call_failed')).toHaveLength(1);
  });

  test('a target that the program does not allow: to the landing URL, and the answer, the event and the count say why', async () => {
    const path = `aurora-shoes?url=${encodeURIComponent('https://evil.example/')}`;
    const { reply, stream, tracker } = await click(new GivenPrograms(), path);
    expect(reply.statusCode).toBe(302);
    expect(reply.headers).toMatchObject({
      location: landing,
      'x-tracking-verdict': 'accepted',
      'x-tracking-redirect': 'refused; reason=target_host',
    });
    // Is answered the same, and is no click.
    const head = await tracker.publicServer.inject({ method: 'HEAD', url: `/v1/click/${path}` });
    expect(head.headers['x-tracking-redirect']).toBe('refused; reason=target_host');
    await until('the event', () => stream.events.length === 1);
    expect(stream.events[0]).toMatchObject({ landingUrl: landing, redirectReason: 'target_host' });
    const { body } = await tracker.adminServer.inject('/metrics');
    expect(body).toContain('trackline_redirects_refused_total{reason="target_host"} 1\n');
  });

  test('a target that it allows: there, and nothing is refused', async () => {
    const target = 'https://shop.example/boots?c=1';
    const { reply, stream } = await click(
      new GivenPrograms(),
      `aurora-shoes?url=${encodeURIComponent(target)}`,
    );
    expect(reply.headers.location).toBe(target);
    expect(reply.headers).not.toHaveProperty('x-tracking-redirect');
    await until('the event', () => stream.events.length === 1);
    expect(stream.events[0]).toMatchObject({ landingUrl: target, redirectReason: '' });
  });

  test.each(['at once', 'from the program store'])(
    'a failure that its answer meets again, the program being known %s: 500, and the next call is answered',
    async (when) => {
      const programs = new GivenPrograms();
      // The program cache holds none such; whatever else may be broken there shows in the same way.
      const broken = program({ id: 'broken', landingUrl: 'nonsense' });
      const known = { kind: 'known', program: broken, unverified: false } as const;
      programs.set('broken', when === 'at once' ? known : Promise.resolve(known));
      const { reply, tracker } = await click(programs, 'broken');
      expect(reply.statusCode).toBe(500);
      expect(reply.headers['x-tracking-verdict']).toBe('shed; reason=internal');
      expect((await tracker.publicServer.inject('/v1/click/aurora-shoes')).statusCode).toBe(302);
    },
  );

  test('an unknown program: a 404 page', async () => {
    const { reply } = await click(new GivenPrograms([]));
    expect(reply.statusCode).toBe(404);
    expect(reply.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(reply.headers['x-tracking-verdict']).toBe('rejected; reason=program_unknown');
    expect(reply.headers.location).toBeUndefined();
    expect(reply.body).toContain('<!doctype html>');
  });

  test('a program that can’t be known has no target: 503, and when to come again', async () => {
    const given = new GivenPrograms();
    given.set('aurora-shoes', { kind: 'unknowable' });
    const { reply } = await click(given);
    expect(reply.statusCode).toBe(503);
    expect(reply.headers['x-tracking-verdict']).toBe('shed; reason=program_unknowable');
    expect(Number(reply.headers['retry-after'])).toBeGreaterThan(0);
  });

  test('a full spool strands nobody: 302, and shed', async () => {
    const { reply } = await click(new GivenPrograms(), 'aurora-shoes', { spoolBytesMax: 1 });
    expect(reply.statusCode).toBe(302);
    expect(reply.headers.location).toBe(landing);
    expect(reply.headers['x-tracking-verdict']).toBe('shed; reason=spool_full');
  });

  test.each([
    ['HEAD', { method: 'HEAD' }],
    ['a prefetch', { headers: { 'sec-purpose': 'prefetch' } }],
  ] as const)('%s is redirected, and ignored', async (_, request) => {
    const { reply, spool } = await click(new GivenPrograms(), 'aurora-shoes', {}, request);
    expect(reply.statusCode).toBe(302);
    expect(reply.headers.location).toBe(landing);
    expect(reply.headers['x-tracking-verdict']).toBe('ignored');
    expect(spool.account().acceptedThrough).toBe(0);
  });

  test.each([
    ['a.b', 400, 'id_malformed'],
    ['a'.repeat(65), 414, 'id_too_long'],
    ['', 404, 'route_unknown'],
  ])('a malformed id (%s) gets its status, as a page', async (id, status, reason) => {
    const { reply } = await click(new GivenPrograms(), id);
    expect(reply.statusCode).toBe(status);
    expect(reply.headers['x-tracking-verdict']).toBe(`rejected; reason=${reason}`);
    expect(reply.body).toContain('<!doctype html>');
  });
});
