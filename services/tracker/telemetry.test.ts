import { pino } from 'pino';
import { expect, test } from 'vitest';
import { FakeClock } from '../../test/helpers/fake-clock.ts';
import { buildMetrics } from './metrics.ts';
import { Telemetry } from './telemetry.ts';

function buildTelemetry() {
  const clock = new FakeClock();
  const metrics = buildMetrics();
  const logged: Record<string, unknown>[] = [];
  const log = pino({ base: null }, { write: (line: string) => logged.push(JSON.parse(line)) });
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
