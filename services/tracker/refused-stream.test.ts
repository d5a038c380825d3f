import { expect, test } from 'vitest';
import { FakeClock } from '../../test/helpers/fake-clock.ts';
import { broken, forbidden, ScriptedEventStream, taken } from '../../test/helpers/scripted-event-stream.ts';
import { buildTracker, type TrackerOverrides } from '../../test/helpers/tracker.ts';
import { limits } from './limits.ts';

const impression = '/v1/impression/aurora-shoes?publisher=p1';

/** A tracker whose access to the stream was taken away, as an operator sees it. */
async function buildRefused(overrides: TrackerOverrides = {}) {
  const clock = new FakeClock();
  const stream = new ScriptedEventStream();
  stream.outcome = () => forbidden;
  const { tracker, spool, logged } = await buildTracker({ clock, stream, ...overrides });
  return {
    clock,
    stream,
    spool,
    logged,
    async call() {
      const { headers } = await tracker.publicServer.inject(impression);
      return headers['x-tracking-verdict'];
    },
    async refused() {
      const { body } = await tracker.adminServer.inject('/metrics');
      return Number(/^trackline_put_refused (\d)$/m.exec(body)![1]);
    },
    ready: async () => (await tracker.adminServer.inject('/readyz')).json(),
  };
}

test('a stream that refuses for what no retry mends: an alarm, and nothing else that callers or balancers notice', async () => {
  const { clock, stream, spool, logged, call, refused, ready } = await buildRefused();
  expect(await refused()).toBe(0);
  for (let second = 0; second < 60; second++) {
    expect(await call()).toBe('accepted');
    await clock.advance(1_000);
  }
  expect(await refused()).toBe(1);
  expect(logged.filter(({ event }) => event === 'put_refused').length).toBeGreaterThan(1);
  expect(logged.find(({ event }) => event === 'put_refused')).toMatchObject({
    level: 50,
    code: 'AccessDeniedException',
  });
  expect(await ready()).toEqual({ ready: true, reasons: [] });
  expect(spool.account()).toMatchObject({ unsent: 60, writable: true });
  // Tried at the longest back-off, halved at most by jitter, so that a refusal costs few calls.
  expect(stream.calls.length).toBeLessThanOrEqual(2 + 60_000 / (limits.retryMaxMs / 2));

  stream.outcome = () => taken;
  await clock.advance(limits.retryMaxMs);
  expect(spool.account().unsent).toBe(0);
  expect(new Set(stream.events.map(({ sequence }) => sequence)).size).toBe(60);
  expect(await refused()).toBe(0);
});

test('another failure neither raises the alarm nor ends it', async () => {
  const { clock, stream, call, refused } = await buildRefused();
  stream.outcome = () => broken;
  await call();
  await clock.advance(30_000);
  expect(await refused()).toBe(0);
  stream.outcome = () => forbidden;
  await clock.advance(30_000);
  expect(await refused()).toBe(1);
  stream.outcome = () => broken;
  await clock.advance(30_000);
  expect(await refused()).toBe(1);
});

test('once there is no room left it is not ready, sheds, and is both again when access is back', async () => {
  const { clock, stream, call, ready } = await buildRefused({ spoolBytesMax: limits.putBytesMax });
  for (let i = 0; (await call()) === 'accepted'; i++) {
    if (i % 100 === 0) await clock.advance(10);
  }
  expect(await call()).toBe('shed; reason=spool_full');
  expect(await ready()).toMatchObject({ ready: false, reasons: ['spool_not_writable'] });
  stream.outcome = () => taken;
  await clock.advance(limits.retryMaxMs + limits.sendLingerMs);
  expect(await ready()).toMatchObject({ ready: true });
  expect(await call()).toBe('accepted');
});
