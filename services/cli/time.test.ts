import { describe, expect, test } from 'vitest';
import { hoursOfDay, isDay, isHour, lasting, shortIso } from './time.ts';

test.each(['2026-01-31', '2024-02-29'])('%s is a day', (text) => expect(isDay(text)).toBe(true));

test.each(['2026-02-30', '2025-02-29', '2026-1-1', '2026-13-01', '20260101', 'today', '2026-01-01T00', ''])(
  '%j is no day',
  (text) => expect(isDay(text)).toBe(false),
);

test.each(['2026013100', '2024022923'])('%s is an hour', (text) => expect(isHour(text)).toBe(true));

test.each(['2026013124', '2026023000', '202601310', '20260131000', ''])('%j is no hour', (text) =>
  expect(isHour(text)).toBe(false),
);

describe('hoursOfDay', () => {
  test('are 24, from midnight on', () => {
    const hours = hoursOfDay('2026-01-31');
    expect(hours).toHaveLength(24);
    expect([hours[0], hours[9], hours[23]]).toEqual(['2026013100', '2026013109', '2026013123']);
    expect(hours.every(isHour)).toBe(true);
  });
});

test('shortIso leaves out the zeros of whole seconds only', () => {
  expect(shortIso(Date.UTC(2026, 0, 31))).toBe('2026-01-31T00:00:00Z');
  expect(shortIso(Date.UTC(2026, 0, 31) + 7)).toBe('2026-01-31T00:00:00.007Z');
});

test.each([
  [-5, '0 s'],
  [41_400, '41 s'],
  [119_000, '119 s'],
  [120_000, '2 min'],
  [2 * 3_600_000, '2 h'],
  [47 * 3_600_000, '47 h'],
  [12 * 86_400_000, '12 d'],
])('%i ms last %s', (ms, words) => expect(lasting(ms)).toBe(words));
