import { systemClock } from '@trackline/domain/clock';
import { describe, expect, test } from 'vitest';
import { FakeClock } from '../../../../test/helpers/fake-clock.ts';
import { buildTracker, GivenPrograms, program } from '../../../../test/helpers/tracker.ts';

/** What is shed for its rate, and what becomes of who calls. */

const landingUrl = 'https://shop.example/shoes?cid={click_id}';

async function tracker(rates: { programPerSecond: number; addressPerSecond: number }) {
  let lookups = 0;
  const programs = new GivenPrograms([program({ landingUrl })]);
  const lookup = programs.lookup.bind(programs);
  programs.lookup = (id) => {
    lookups++;
    return lookup(id);
  };
  const clock = new FakeClock(systemClock.wallMs());
  const built = await buildTracker({ programs, clock, settings: { rates } });
  const say = (url: string, method: 'GET' | 'HEAD' = 'GET') =>
    built.tracker.publicServer.inject({ url, method });
  return { ...built, say, clock, lookups: () => lookups };
}

describe('calls from one address', () => {
  const one = { programPerSecond: 0, addressPerSecond: 1 };

  test('beyond the limit are shed: 429, and when to come again', async () => {
    const { say, clock } = await tracker(one);
    expect((await say('/v1/impression/aurora-shoes')).statusCode).toBe(200);
    const reply = await say('/v1/impression/aurora-shoes');
    expect(reply.statusCode).toBe(429);
    expect(reply.headers).toMatchObject({
      'x-tracking-verdict': 'shed; reason=rate_limited_address',
      'retry-after': expect.stringMatching(/^[123]$/),
      'content-type': 'image/gif',
    });
    expect(reply.headers).not.toHaveProperty('set-cookie');
    await clock.advance(1_000);
    expect((await say('/v1/impression/aurora-shoes')).statusCode).toBe(200);
  });

  test('are not looked up, so that a flood of ids reaches no store', async () => {
    const { say, lookups } = await tracker(one);
    for (let i = 0; i < 10; i++) await say(`/v1/impression/nowhere-${i}`);
    expect(lookups()).toBe(1);
  });

  test('that are ignored spend nothing', async () => {
    const { say } = await tracker(one);
    for (let i = 0; i < 5; i++) await say('/v1/impression/aurora-shoes', 'HEAD');
    expect((await say('/v1/impression/aurora-shoes')).statusCode).toBe(200);
  });

  test('by which somebody clicks lead them on, to a deep link as well, but name no click', async () => {
    const { say, spool } = await tracker(one);
    expect((await say('/v1/click/aurora-shoes')).headers.location).toMatch(/\?cid=[\da-f-]{36}$/);
    const shed = await say('/v1/click/aurora-shoes');
    expect(shed.statusCode).toBe(302);
    expect(shed.headers).toMatchObject({
      location: 'https://shop.example/shoes?cid=',
      'x-tracking-verdict': 'shed; reason=rate_limited_address',
    });
    const target = encodeURIComponent('https://shop.example/boots?cid={click_id}');
    expect((await say(`/v1/click/aurora-shoes?url=${target}`)).headers.location).toBe(
      'https://shop.example/boots?cid=',
    );
    expect(spool.account().acceptedThrough).toBe(1);
  });
});

test('calls on one program beyond the limit are shed, those on others are not', async () => {
  const { say } = await tracker({ programPerSecond: 1, addressPerSecond: 0 });
  await say('/v1/impression/aurora-shoes');
  const reply = await say('/v1/events/aurora-shoes?type=impression');
  expect(reply.statusCode).toBe(429);
  expect(reply.json()).toMatchObject({ error: { code: 'rate_limited_program' } });
  expect((await say('/v1/impression/nowhere')).headers['x-tracking-verdict']).toBe(
    'rejected; reason=program_unknown',
  );
});

test('a click that a full spool sheds names no click either', async () => {
  const { tracker } = await buildTracker({
    programs: new GivenPrograms([program({ landingUrl })]),
    spoolBytesMax: 1,
  });
  const reply = await tracker.publicServer.inject({ url: '/v1/click/aurora-shoes' });
  expect(reply.headers).toMatchObject({
    location: 'https://shop.example/shoes?cid=',
    'x-tracking-verdict': 'shed; reason=spool_full',
  });
});
