import { describe, expect, test } from 'vitest';
import {
  day,
  eventType,
  hour,
  identifier,
  messageId,
  orderId,
  rowLimit,
  seconds,
  visitorId,
} from './arguments.ts';

describe('takes', () => {
  test('an id, a day, an hour, a type', () => {
    expect(identifier('aurora-shoes')).toBe('aurora-shoes');
    expect(day('2026-01-31')).toBe('2026-01-31');
    expect(hour('2026013123')).toBe('2026013123');
    expect(eventType('click')).toBe('click');
  });

  test('a message id, also in capitals', () => {
    expect(messageId('01890A5D-AC96-774B-BCCE-B302099A8057')).toBe('01890a5d-ac96-774b-bcce-b302099a8057');
  });

  test('a visitor id, also one that looks like an option, and any order id', () => {
    expect(visitorId('-_abcdefghijklmnopqrAQ')).toBe('-_abcdefghijklmnopqrAQ');
    expect([orderId('o 1/é'), orderId('x'.repeat(1024))]).toEqual(['o 1/é', 'x'.repeat(1024)]);
  });

  test('seconds, as milliseconds', () => {
    expect([seconds('0'), seconds('10'), seconds('0.25')]).toEqual([0, 10_000, 250]);
  });

  test('a limit', () => {
    expect([rowLimit('1'), rowLimit('10000')]).toEqual([1, 10_000]);
  });
});

test.each([
  ['identifier', identifier, ['', 'a b', '../x', 'é', 'x'.repeat(65)]],
  ['messageId', messageId, ['', 'x', '01890a5d-ac96-474b-bcce-b302099a8057']],
  ['visitorId', visitorId, ['', 'x'.repeat(21), 'x'.repeat(23), `${'x'.repeat(21)}.`]],
  ['orderId', orderId, ['', 'é'.repeat(513)]],
  ['eventType', eventType, ['', 'view', 'Click']],
  ['day', day, ['yesterday', '2026-02-30']],
  ['hour', hour, ['2026013124', '2026-01-31']],
  ['rowLimit', rowLimit, ['0', '-1', '1.5', '10001', 'all']],
  ['seconds', seconds, ['-1', '', 'ten', '1e3', 'Infinity']],
] as const)('%s says what it should have been', (_, parse, texts) => {
  for (const text of texts) expect(() => parse(text), JSON.stringify(text)).toThrow(/./);
});
