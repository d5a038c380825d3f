import { describe, expect, test } from 'vitest';
import { type CallReason, callReasons, type Reason, reasons, verdictHeader } from './verdict.ts';

const names = Object.keys(reasons) as Reason[];

test('reasons arise in these places, and in no other', () => {
  expect(new Set(names.map((name) => reasons[name].at))).toEqual(
    new Set(['call', 'redirect', 'attribution', 'event-record', 'core-data-update', 'admin']),
  );
});

test.each(names)('%s can be a metric label, and has words for a person', (name) => {
  expect(name).toMatch(/^[a-z][a-z0-9_]{2,40}$/);
  expect(reasons[name].words).toMatch(/^\p{Lu}.*\.$/u);
  expect(typeof reasons[name].retriable).toBe('boolean');
});

describe.each(callReasons)('%s', (name) => {
  const { verdict, status, retriable } = reasons[name];

  test('has a verdict with a status that fits it', () => {
    const fitting = { rejected: [400, 499], shed: [429, 599], ignored: [200, 299] }[verdict];
    expect(status).toBeGreaterThanOrEqual(fitting[0]!);
    expect(status).toBeLessThanOrEqual(fitting[1]!);
  });

  test('tells a caller to try again where we are the ones who failed', () => {
    if (verdict === 'shed') expect(retriable).toBe(true);
    if (verdict === 'ignored') expect(retriable).toBe(false);
  });

  test('makes a header value that HTTP can carry, and that names it unless the call was ignored', () => {
    const header = verdictHeader(name);
    expect(header).toBe(verdict === 'ignored' ? 'ignored' : `${verdict}; reason=${name}`);
    expect(header).toMatch(/^[\x20-\x7e]+$/);
  });
});

test('the header without a reason says accepted', () => {
  expect(verdictHeader(null)).toBe('accepted');
});

test('the statuses that the HTTP contract names', () => {
  const status = (name: CallReason) => reasons[name].status;
  expect(status('program_unknown')).toBe(404);
  expect(status('program_paused')).toBe(410);
  expect(status('program_not_yet_valid')).toBe(410);
  expect(status('program_expired')).toBe(410);
  expect(status('program_unknowable')).toBe(503);
  expect(status('spool_full')).toBe(503);
  expect(status('id_too_long')).toBe(414);
});

test('the table can’t be changed', () => {
  expect(Object.isFrozen(reasons)).toBe(true);
});
