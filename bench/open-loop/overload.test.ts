import { expect, test } from 'vitest';
import { recoverySeconds } from './overload.ts';

const interval = (p99Ms: number, failed = 0) => ({ offered: 10, answered: 10, accepted: 10, failed, p99Ms });

test('recovery lasts until the last interval in which not all was in time', () => {
  const intervals = [900, 900, 400, 20, 80, 10, 10].map((p99Ms) => interval(p99Ms));
  expect(recoverySeconds(intervals, 200, 700)).toBe(0.3);
});

test('what fails is not in time', () => {
  expect(recoverySeconds([interval(900), interval(1), interval(1, 1), interval(1)], 100, 400)).toBe(0.2);
});

test('who was never late has nothing to recover from, and what comes after the end does not count', () => {
  expect(recoverySeconds([interval(900), interval(1), interval(900)], 100, 200)).toBe(0);
});
