import { describe, expect, test } from 'vitest';
import { median, medians, pairedRatio, spread } from './median.ts';

describe('the median', () => {
  test.each([
    [[3], 3],
    [[9, 1, 5], 5],
    [[4, 1, 3, 2], 2.5],
  ])('of %j is %d', (figures, middle) => {
    expect(median(figures)).toBe(middle);
  });

  test('of none is no number', () => {
    expect(median([])).toBeNaN();
  });

  test('leaves the figures in their order', () => {
    const figures = [2, 1];
    median(figures);
    expect(figures).toEqual([2, 1]);
  });

  test('is taken of each figure of some rounds', () => {
    expect(
      medians([
        { cpu: 1, rps: 30 },
        { cpu: 3, rps: 10 },
        { cpu: 2, rps: 20 },
      ]),
    ).toEqual({ cpu: 2, rps: 20 });
  });
});

test('the spread is from the least to the most, as a share of the median', () => {
  expect(spread([9, 10, 12])).toBeCloseTo(0.3);
});

test('ratios are taken round by round, so that a disturbed round disturbs one ratio alone', () => {
  expect(pairedRatio([2, 20, 2], [1, 10, 1])).toBe(2);
});
