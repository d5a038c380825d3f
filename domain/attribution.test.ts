import { expect, test } from 'vitest';
import { attributionWithoutClick } from './attribution.ts';
import { newMessageId } from './message-id.ts';

const dayMs = 24 * 3600 * 1000;
const receivedAtMs = Date.UTC(2026, 0, 31);
const lookBackMs = 30 * dayMs;
const clickAt = (ms: number) => newMessageId(ms, (bytes) => bytes.fill(7));

test.each([
  ['no click', '', 'none'],
  ['what is no message id', 'c-1', 'click_unknown'],
  ['a click of the last millisecond of the window', clickAt(receivedAtMs - lookBackMs), null],
  ['a click of the millisecond before', clickAt(receivedAtMs - lookBackMs - 1), 'click_expired'],
  ['a click of just now', clickAt(receivedAtMs), null],
  ['a click by a clock that is ahead', clickAt(receivedAtMs + 60_000), null],
])('%s', (_, clickId, attribution) => {
  expect(attributionWithoutClick({ clickId, receivedAtMs }, lookBackMs)).toBe(attribution);
});
