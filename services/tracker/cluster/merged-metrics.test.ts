import { expect, test } from 'vitest';
import { buildMetrics } from '../watching/metrics.ts';
import { MergedMetrics } from './merged-metrics.ts';
import type { MetricFamilies } from './messages.ts';

/** A worker with so many events sent, as its message comes out of the line. */
async function told(sent: number, seconds: readonly number[] = []): Promise<MetricFamilies> {
  const { registry, eventsSent, putSeconds } = buildMetrics();
  eventsSent.inc(sent);
  for (const each of seconds) putSeconds.observe(each);
  return JSON.parse(JSON.stringify(await registry.getMetricsAsJSON())) as MetricFamilies;
}

const sentIn = (text: string) => Number(/^trackline_events_sent_total (\d+)$/m.exec(text)?.[1]);

test('counters and histograms are summed', async () => {
  const text = await new MergedMetrics().text([await told(3, [0.02, 9]), await told(4, [0.02])], []);
  expect(sentIn(text)).toBe(7);
  expect(text).toContain('trackline_put_seconds_bucket{le="0.025"} 2\n');
  expect(text).toContain('trackline_put_seconds_bucket{le="+Inf"} 3\n');
  expect(text).toContain('trackline_put_seconds_count 3\n');
});

test('a sum never falls: neither where a worker is silent, nor where it is gone', async () => {
  const metrics = new MergedMetrics();
  metrics.note(1, await told(100));
  metrics.note(2, await told(200));
  expect(sentIn(await metrics.text([await told(100)], [2]))).toBe(300);
  metrics.note(2, await told(220));
  metrics.depart(2);
  expect(sentIn(await metrics.text([await told(100)], []))).toBe(320);
  // Its successor counts from zero.
  expect(sentIn(await metrics.text([await told(100), await told(5)], []))).toBe(325);
  metrics.note(3, await told(6));
  metrics.depart(3);
  expect(sentIn(await metrics.text([await told(100)], []))).toBe(326);
});
