import { expect, test } from 'vitest';
import { Failures } from './failures.ts';

const stored = { ok: true } as const;
const throttled = { ok: false, code: 'Throttled', detail: 'too much', retriable: true } as const;
const denied = { ok: false, code: 'Denied', detail: 'no', retriable: true } as const;

test('a record fails with any of its writes, and causes are told once, counted', () => {
  const failures = new Failures();
  failures.add('events', '1', stored);
  failures.addAll('events', [{ sequenceNumber: '2' }, { sequenceNumber: '2' }], [throttled, throttled]);
  failures.addAll('ledger', [{ sequenceNumber: '1' }, { sequenceNumber: '3' }], [stored, throttled]);
  failures.add('ledger', '4', denied);
  expect(['1', '2', '3', '4'].map((each) => failures.has(each))).toEqual([false, true, true, true]);
  expect(failures.summary()).toEqual([
    { target: 'events', code: 'Throttled', detail: 'too much', count: 2 },
    { target: 'ledger', code: 'Throttled', detail: 'too much', count: 1 },
    { target: 'ledger', code: 'Denied', detail: 'no', count: 1 },
  ]);
});
