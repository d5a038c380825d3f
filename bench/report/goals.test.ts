import { describe, expect, test } from 'vitest';
import { boundText, figureAt, goals, judged, plainNumber } from './goals.ts';

describe('a goal', () => {
  test.each([
    [1.1, true],
    [1.11, false],
  ])('that is at most 1.1: %d holds: %s', (value, holds) => {
    const [goal] = judged({ pixel: { memory: { cpuVsFastify: value } } });
    expect(goal).toMatchObject({ figure: 'pixel.memory.cpuVsFastify', value, holds });
  });

  test('that is at least 3,300 is missed by less', () => {
    expect(judged({ stream: { eventsPerMB: 3_299 } })).toMatchObject([{ holds: false }]);
  });

  test('whose figure was not measured is not judged', () => {
    expect(judged({})).toEqual([]);
  });

  test('stands for each figure once', () => {
    expect(new Set(goals.map(({ figure }) => figure)).size).toBe(goals.length);
  });
});

test('a figure is found by its path, and only a number is one', () => {
  expect(figureAt({ a: { b: 3 } }, 'a.b')).toBe(3);
  expect(figureAt({ a: { b: '3' } }, 'a.b')).toBeNull();
  expect(figureAt({ a: null }, 'a.b')).toBeNull();
  expect(figureAt({ a: { b: Number.POSITIVE_INFINITY } }, 'a.b')).toBeNull();
});

test('bounds and numbers are written as people write them', () => {
  expect(boundText({ figure: '', kind: 'must', atMost: 1.1, unit: '×', what: '' })).toBe('≤ 1.1 ×');
  expect(boundText({ figure: '', kind: 'must', atLeast: 3_300, unit: '', what: '' })).toBe('≥ 3,300');
  expect(plainNumber(0.012345)).toBe('0.0123');
});
