import { describe, expect, test } from 'vitest';
import { buildTracker, GivenPrograms, program } from '../../../../test/helpers/tracker.ts';
import { until } from '../../../../test/helpers/until.ts';

async function call(
  path: string,
  given: GivenPrograms = new GivenPrograms(),
  overrides: Parameters<typeof buildTracker>[0] = {},
  headers: Record<string, string> = {},
) {
  const built = await buildTracker({ programs: given, ...overrides });
  const reply = await built.tracker.publicServer.inject({ url: `/v1/events/${path}`, headers });
  return { ...built, reply };
}

describe('GET /v1/events/:programId', () => {
  test.each(['impression', 'click'] as const)('tracks a %s, and tells what it decided on', async (type) => {
    const { reply, stream } = await call(`aurora-shoes?type=${type}&publisher=p1`);
    expect(reply.statusCode).toBe(200);
    expect(reply.headers['x-tracking-verdict']).toBe('accepted');
    await until('the event', () => stream.events.length === 1);
    expect(stream.events[0]).toMatchObject({ type, publisherId: 'p1' });
    expect(reply.json()).toEqual({
      messageId: stream.events[0]!.messageId,
      programId: 'aurora-shoes',
      programName: 'Aurora Shoes',
      valid: true,
    });
  });

  test.each([
    ['an unknown program', null, 404, 'program_unknown'],
    ['a paused program', { status: 'paused' }, 410, 'program_paused'],
    ['a program not yet valid', { validFromMs: Date.now() + 3_600_000 }, 410, 'program_not_yet_valid'],
    ['an expired program', { validUntilMs: Date.now() - 1 }, 410, 'program_expired'],
  ] as const)('%s is an error with its status', async (_, how, status, code) => {
    const { reply } = await call(
      'aurora-shoes?type=impression',
      new GivenPrograms(how ? [program(how)] : []),
    );
    expect(reply.statusCode).toBe(status);
    expect(reply.headers['x-tracking-verdict']).toBe(`rejected; reason=${code}`);
    expect(reply.json()).toEqual({ error: { code, message: expect.any(String) } });
  });

  test('a program that can’t be known: 503, and when to come again', async () => {
    const given = new GivenPrograms();
    given.set('aurora-shoes', { kind: 'unknowable' });
    const { reply } = await call('aurora-shoes?type=impression', given);
    expect(reply.statusCode).toBe(503);
    expect(reply.json()).toMatchObject({ error: { code: 'program_unknowable' } });
    expect(reply.headers['retry-after']).toMatch(/^[123]$/);
  });

  test('a full spool: 503', async () => {
    const { reply } = await call('aurora-shoes?type=impression', new GivenPrograms(), { spoolBytesMax: 1 });
    expect(reply.statusCode).toBe(503);
    expect(reply.json()).toMatchObject({ error: { code: 'spool_full' } });
  });

  test.each([
    ['no type', 'aurora-shoes', 400, 'type_malformed'],
    ['a type that there is not', 'aurora-shoes?type=view', 400, 'type_malformed'],
    ['a transaction without its order', 'aurora-shoes?type=transaction', 400, 'order_id_malformed'],
    ['a broken escape', 'aurora-shoes?type=%E0%A4', 400, 'malformed'],
    ['an id outside the pattern', 'a%20b?type=impression', 400, 'id_malformed'],
  ])('%s is a JSON error', async (_, path, status, code) => {
    const { reply, spool } = await call(path);
    expect(reply.statusCode).toBe(status);
    expect(reply.json()).toMatchObject({ error: { code } });
    expect(spool.account().acceptedThrough).toBe(0);
  });

  test('a prefetch is answered without a message id, and ignored', async () => {
    const { reply, spool } = await call(
      'aurora-shoes?type=impression',
      undefined,
      {},
      { purpose: 'prefetch' },
    );
    expect(reply.headers['x-tracking-verdict']).toBe('ignored');
    expect(reply.json()).toMatchObject({ messageId: null, valid: true });
    expect(spool.account().acceptedThrough).toBe(0);
  });
});
