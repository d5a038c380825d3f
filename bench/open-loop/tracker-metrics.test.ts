import { describe, expect, test } from 'vitest';
import { TrackerMetrics } from './tracker-metrics.ts';

const buckets = (...counts: readonly number[]) =>
  ['0.001', '0.005', '+Inf']
    .map((bound, at) => `trackline_spool_group_seconds_bucket{le="${bound}"} ${counts[at]}`)
    .join('\n');

describe('a tracker’s metrics', () => {
  test('tell the delay of its loop by quantile', () => {
    const metrics = new TrackerMetrics('# HELP\ntrackline_loop_delay_seconds{quantile="0.99"} 0.0123\n');
    expect(metrics.loopDelayMs('0.99')).toBeCloseTo(12.3);
    expect(metrics.loopDelayMs('0.5')).toBeNaN();
  });

  test('tell of the groups between two readings', () => {
    const before = new TrackerMetrics(buckets(100, 100, 100));
    const after = new TrackerMetrics(buckets(190, 199, 200));
    expect(after.groupMsSince(before, 0.5)).toBe(1);
    expect(after.groupMsSince(before, 0.99)).toBe(5);
    expect(after.groupMsSince(before, 1)).toBe(Number.POSITIVE_INFINITY);
    expect(after.groupMsSince(after, 0.5)).toBe(0);
  });
});
