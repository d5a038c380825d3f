import { randomFillSync } from 'node:crypto';
import { isKeyed, messageIdMs, newMessageId } from '@trackline/domain/message-id';
import { expect, test } from 'vitest';
import { limits } from '../../limits.ts';
import { messageIdOfKey } from './idempotency.ts';

const nowMs = Date.UTC(2026, 4, 17, 13, 30);
const hourMs = 3_600_000;
const keyAt = (ms: number) => newMessageId(ms, randomFillSync);
const idOf = (key: string, programId = 'shoes', publisherId = 'p1', claims = false) =>
  messageIdOfKey({ key, programId, publisherId, claims }, nowMs, limits);

test('the same key names the same event, of one program and publisher alone', () => {
  const key = keyAt(nowMs - hourMs);
  const id = idOf(key)!;
  expect(idOf(key)).toBe(id);
  expect(idOf(key.toUpperCase())).toBe(id);
  expect(messageIdMs(id)).toBe(nowMs - hourMs);
  expect(isKeyed(id)).toBe(true);
  const others = [
    idOf(key, 'boots'),
    idOf(key, 'shoes', 'p2'),
    idOf(key, 'shoes', ''),
    idOf(keyAt(nowMs - hourMs)),
    idOf(key, 'shoes', 'p1', true),
  ];
  expect(new Set([id, ...others]).size).toBe(6);
});

test('the key is no event’s id: what is posted under a click’s id leaves that click as it was', () => {
  const clickId = keyAt(nowMs);
  expect(idOf(clickId)).not.toBe(clickId);
  // Nor is the id that comes of it a way to that event, which has one of the same making.
  expect(idOf(idOf(clickId)!)).not.toBe(idOf(clickId));
});

test.each([
  ['a day old', -24 * hourMs, true],
  ['older than a day', -24 * hourMs - 1, false],
  ['five minutes ahead', 5 * 60_000, true],
  ['further ahead', 5 * 60_000 + 1, false],
  ['from next week', 7 * 24 * hourMs, false],
])('a key that is %s', (_, offsetMs, isTaken) => {
  expect(idOf(keyAt(nowMs + offsetMs)) !== null).toBe(isTaken);
});

test.each(['x', 'order-1', '6ba7b810-9dad-11d1-80b4-00c04fd430c8', `${keyAt(nowMs)} `])(
  '%s is no key',
  (key) => {
    expect(idOf(key)).toBeNull();
  },
);
