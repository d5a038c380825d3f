import { randomFillSync } from 'node:crypto';
import { newMessageId } from '@trackline/domain/message-id';
import { expect, test } from 'vitest';
import { eventKey, eventShards, hourOf, hourPartitions } from './event-key.ts';

/** What is stored is found by these keys: they never change. */
test.each([
  ['019c1434-ab00-7000-8000-000000000000', 'p#2026013113#2'],
  ['019c1434-ab00-7000-8000-000000000001', 'p#2026013113#5'],
  ['00000000-0000-7000-8000-000000000000', 'p#1970010100#6'],
])('the key of %s', (messageId, pk) => {
  expect(eventKey('p', messageId)).toEqual({ pk, sk: messageId });
});

test('an hour ends where the next begins', () => {
  const startMs = Date.UTC(2026, 0, 31, 23);
  expect(hourOf(startMs)).toBe('2026013123');
  expect(hourOf(startMs + 3_599_999)).toBe('2026013123');
  expect(hourOf(startMs + 3_600_000)).toBe('2026020100');
  expect(hourOf(startMs - 1)).toBe('2026013122');
});

test('every event of an hour lies in one of its partitions, evenly', () => {
  const partitions = hourPartitions('p', '2026013112');
  expect(new Set(partitions).size).toBe(eventShards);
  const counts = new Map(partitions.map((pk) => [pk, 0]));
  for (let n = 0; n < 8_000; n++) {
    const { pk } = eventKey('p', newMessageId(Date.UTC(2026, 0, 31, 12, 0, 0, n), randomFillSync));
    counts.set(pk, counts.get(pk)! + 1);
  }
  expect(counts.size).toBe(eventShards);
  // Each has 1,000 ± 30 in the mean; seven times that never happens.
  for (const count of counts.values()) expect(Math.abs(count - 1_000)).toBeLessThan(210);
});
