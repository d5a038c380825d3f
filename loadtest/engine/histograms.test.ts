import { expect, test } from 'vitest';
import { coarseHistogram, countFrom, fineHistogram, merged, quantilesOf, record } from './histograms.ts';

test('merged histograms are what one of all values is', () => {
  const [one, other, both] = [fineHistogram(), fineHistogram(), fineHistogram()];
  for (let ms = 1; ms <= 1_000; ms++) {
    record(ms % 3 === 0 ? one : other, ms);
    record(both, ms);
  }
  expect(quantilesOf(merged([one, other]))).toEqual(quantilesOf(both));
  expect(quantilesOf(both)).toMatchObject({ count: 1_000, maxMs: expect.closeTo(1_000, -1) });
  expect(quantilesOf(both).p50Ms).toBeCloseTo(500, -1);
  expect([0, 1, 500, 1_001, 5_000].map((ms) => countFrom(both, ms))).toEqual([1_000, 1_000, 501, 0, 0]);
});

test('coarse histograms merge into a fine one, and lose no value', () => {
  const [one, other] = [coarseHistogram(), coarseHistogram()];
  record(one, 0.05);
  record(other, 20_000);
  expect(merged([one, other]).totalCount).toBe(2);
});

test('a time beyond the longest counts as the longest, and one before its time as none', () => {
  const histogram = fineHistogram();
  record(histogram, 3_600_000);
  record(histogram, -0.1);
  expect(quantilesOf(histogram)).toMatchObject({ count: 2, p50Ms: 0 });
  expect(quantilesOf(histogram).maxMs).toBeCloseTo(600_000, -3);
});

test('of no values, all quantiles are 0', () => {
  expect(quantilesOf(fineHistogram())).toEqual({
    count: 0,
    meanMs: 0,
    p50Ms: 0,
    p90Ms: 0,
    p99Ms: 0,
    p999Ms: 0,
    maxMs: 0,
  });
});
