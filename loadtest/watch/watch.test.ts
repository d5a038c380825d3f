import { expect, test } from 'vitest';
import { parseMetrics, total } from './admin-port.ts';
import { between, quantile } from './watcher.ts';

test('metrics are read as prom-client writes them', () => {
  const series = parseMetrics(
    [
      '# HELP trackline_verdicts_total Calls',
      'trackline_verdicts_total{type="click",verdict="accepted",reason=""} 5',
      'trackline_verdicts_total{type="click",verdict="rejected",reason="program_paused"} 2',
      'trackline_spool_used_bytes 1.6777216e+07',
      '',
    ].join('\n'),
  );
  expect(total(series, 'trackline_verdicts_total')).toBe(7);
  expect(total(series, 'trackline_verdicts_total', { verdict: 'rejected' })).toBe(2);
  expect(total(series, 'trackline_spool_used_bytes')).toBe(16_777_216);
  expect(total(series, 'trackline_nothing')).toBe(0);
});

test('a quantile lies within its bucket, and that of the last is where it begins', () => {
  const before = new Map([
    [0.001, 10],
    [0.01, 10],
    [Number.POSITIVE_INFINITY, 10],
  ]);
  const after = new Map([
    [0.001, 10],
    [0.01, 110],
    [Number.POSITIVE_INFINITY, 111],
  ]);
  const grown = between(before, after);
  expect([...grown.values()]).toEqual([0, 100, 101]);
  expect(quantile(grown, 0.5)).toBeCloseTo(0.001 + 0.009 * 0.505, 4);
  expect(quantile(grown, 1)).toBe(0.01);
  expect(quantile(new Map(), 0.5)).toBe(0);
});
