import { expect, test } from 'vitest';
import { FakeClock } from '../../../test/helpers/fake-clock.ts';
import { LogLines } from '../../../test/helpers/log-lines.ts';
import { buildMetrics } from './metrics.ts';
import { Telemetry } from './telemetry.ts';

function buildTelemetry() {
  const clock = new FakeClock();
  const metrics = buildMetrics();
  const { log, lines: logged } = new LogLines();
  return { clock, metrics, logged, telemetry: new Telemetry(log, metrics, clock) };
}

test('what happens again and again is counted every time, and logged now and then with what was left out', async () => {
  const { clock, metrics, logged, telemetry } = buildTelemetry();
  for (let i = 0; i < 5; i++) telemetry.fetchFailed({ code: 'TIMEOUT' });
  telemetry.announcementUnreadable();
  expect(logged).toMatchObject([
    { level: 40, event: 'fetch_failed', code: 'TIMEOUT' },
    { level: 40, event: 'announcement_unreadable' },
  ]);
  await clock.advance(10_000);
  telemetry.fetchFailed({ code: 'LOADING' });
  expect(logged[2]).toMatchObject({ event: 'fetch_failed', code: 'LOADING', leftOut: 4 });
  const text = await metrics.registry.metrics();
  expect(text).toContain('trackline_program_cache_fetch_failures_total{code="TIMEOUT"} 5\n');
  expect(text).toContain('trackline_program_cache_fetch_failures_total{code="LOADING"} 1\n');
});

test('a refusal that no retry mends is an error of its own, which a passing failure does not hide', () => {
  const { logged, telemetry } = buildTelemetry();
  const failure = { throttled: false, records: 2, events: 9 };
  telemetry.putFailed({ ...failure, code: 'InternalFailure', retriable: true });
  telemetry.putFailed({ ...failure, code: 'AccessDeniedException', retriable: false });
  expect(logged).toMatchObject([
    { level: 40, event: 'put_failed', code: 'InternalFailure', records: 2, events: 9 },
    { level: 50, event: 'put_refused', code: 'AccessDeniedException', records: 2, events: 9 },
  ]);
});

test('of what a call failed with only the place is told: its words may repeat what the caller said', () => {
  const { logged, telemetry } = buildTelemetry();
  const secrets = ['203.0.113.77', 'Mozilla/5.0', 'visitor=4711', 'x@example.org'];
  const [ip, userAgent, cookie, mail] = secrets;
  const cause = new Error(`caused by ${mail}`);
  const error = Object.assign(new TypeError(`${ip} at\n    at ${userAgent} (${cookie})`, { cause }), {
    code: 'ERR_PLANTED',
    request: { headers: { cookie, 'user-agent': userAgent } },
    input: mail,
  });
  telemetry.callFailed({ error });
  expect(logged[0]).toMatchObject({
    level: 50,
    event: 'call_failed',
    type: 'TypeError',
    code: 'ERR_PLANTED',
    at: expect.arrayContaining([expect.stringContaining('telemetry.test.ts')]),
  });
  for (const secret of secrets) expect(JSON.stringify(logged)).not.toContain(secret);
});

test.each([
  ['a text', 'x@example.org'],
  ['nothing', undefined],
  ['an error without a stack', Object.assign(new Error('x@example.org'), { stack: undefined })],
  ['an error with a code of its own', Object.assign(new Error(''), { code: { mail: 'x@example.org' } })],
])('a call that failed with %s is told as well', (_, error) => {
  const { logged, telemetry } = buildTelemetry();
  telemetry.callFailed({ error });
  expect(logged).toMatchObject([{ event: 'call_failed', type: expect.any(String) }]);
  expect(JSON.stringify(logged)).not.toContain('x@example.org');
});
