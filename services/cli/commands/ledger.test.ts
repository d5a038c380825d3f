import type { LedgerRow, Statement } from '@trackline/domain/ledger';
import { beforeEach, expect, test } from 'vitest';
import { MemoryParts } from '../../../test/helpers/cli-parts.ts';
import { FakeClock } from '../../../test/helpers/fake-clock.ts';
import { statement as anyStatement } from '../../../test/helpers/statements.ts';
import { intervals, ledger } from './ledger.ts';

const nowMs = Date.UTC(2026, 0, 31, 12);
const secondsAgo = (seconds: number) => nowMs - seconds * 1_000;

const row = (writer: string, first: number, last: number, storedAtMs = secondsAgo(300)): LedgerRow => ({
  writer,
  first,
  last,
  storedAtMs,
  deadLettered: 0,
  replayed: false,
});
const statement = (writer: string, acceptedThrough: number, more: Partial<Statement> = {}): Statement =>
  anyStatement({ writer, atMs: secondsAgo(5), acceptedThrough, ...more });

let parts: MemoryParts;
beforeEach(() => {
  parts = new MemoryParts();
});
const show = (options: { writer?: string; pendingMaxMs?: number } = {}) =>
  ledger(parts.context(new FakeClock(nowMs)), { pendingMaxMs: 60_000, ...options });

test('all persisted: no finding, and totals over the writers', async () => {
  parts.rows.push(row('w1', 1, 10), row('w2', 1, 5), row('w2', 4, 8));
  parts.statements.push(
    statement('w1', 10, { rejected: 3, shed: 2, ignored: 1 }),
    statement('w2', 8, { final: true }),
  );
  const { json, text, finding } = await show();
  expect(finding).toBeUndefined();
  expect(json).toMatchObject({
    totals: {
      writers: 2,
      acceptedThrough: 18,
      persisted: 18,
      pending: 0,
      missing: 0,
      duplicates: 2,
      rejected: 3,
      shed: 2,
      ignored: 1,
    },
    writers: [
      {
        writer: 'w1',
        state: 'open',
        vouchedFor: true,
        missingIntervals: [],
        lastStatementAt: '2026-01-31T11:59:55.000Z',
      },
      { writer: 'w2', state: 'closed', duplicates: 2 },
    ],
  });
  expect(text(Infinity)).toMatch(/^w1 +tracker-1 +open +10 +10 +0 +0 +0 +0 +0$/m);
  expect(text(Infinity)).toMatch(/^all +18 +18 +0 +0 +2 +0 +0$/m);
});

test('an old gap is missing: named below the table, in the finding, and in the document', async () => {
  parts.rows.push(row('w1', 1, 4), row('w1', 10, 20), row('w1', 22, 30));
  parts.statements.push(statement('w1', 30));
  const { json, finding } = await show();
  expect(finding).toBe('Missing: 6 accepted events are not persisted: w1 5–9, 21.');
  expect(json).toMatchObject({
    totals: { persisted: 24, missing: 6 },
    writers: [
      {
        missing: 6,
        missingIntervals: [
          { first: 5, last: 9 },
          { first: 21, last: 21 },
        ],
      },
    ],
  });
});

test('a young gap is pending: named, and no finding', async () => {
  parts.rows.push(row('w1', 1, 4));
  parts.statements.push(statement('w1', 9));
  const { text, finding } = await show();
  expect(finding).toBeUndefined();
  expect(text(Infinity)).toContain('pending of w1: 5–9');
});

test('the limit between the two is an option', async () => {
  parts.rows.push(row('w1', 1, 4));
  parts.statements.push(statement('w1', 9));
  expect((await show({ pendingMaxMs: 1_000 })).finding).toContain('w1 5–9');
});

test('a silent writer is not vouched for beyond its last sign', async () => {
  parts.rows.push(row('w1', 1, 1_200));
  parts.statements.push(statement('w1', 1_200, { atMs: secondsAgo(300) }));
  const { json, text, finding } = await show();
  expect(finding).toBeUndefined();
  expect(json).toMatchObject({
    totals: { notVouchedFor: 1 },
    writers: [{ state: 'silent', vouchedFor: false }],
  });
  expect(text(Infinity)).toContain('not vouched for: what w1 may have accepted after 1,200');
});

test('what is older than the retention is not judged, and said', async () => {
  parts.rows.push(row('w1', 101, 120));
  parts.statements.push(statement('w1', 120));
  parts.expiredThrough = 100;
  const { json, text, finding } = await show();
  expect(finding).toBeUndefined();
  expect(json).toMatchObject({
    totals: { acceptedThrough: 120, expiredThrough: 100, persisted: 20, missing: 0 },
    writers: [{ expiredThrough: 100 }],
  });
  expect(text(Infinity)).toContain('expired of w1: 1–100');
});

test('dead letters and losses have their columns', async () => {
  parts.rows.push({ ...row('w1', 1, 10), deadLettered: 2 });
  parts.statements.push(statement('w1', 12, { lost: 2, final: true, atMs: secondsAgo(100) }));
  const { text, finding } = await show();
  expect(text(Infinity)).toMatch(/^w1 +tracker-1 +closed +12 +10 +0 +2 +0 +2 +2$/m);
  expect(finding).toContain('w1 11–12');
});

test('one writer alone', async () => {
  parts.rows.push(row('w1', 1, 10), row('w2', 5, 9));
  parts.statements.push(statement('w1', 10));
  const { json, finding } = await show({ writer: 'w1' });
  expect(finding).toBeUndefined();
  expect(json).toMatchObject({ totals: { writers: 1 } });
  await expect(show({ writer: 'w3' })).rejects.toThrow(/has no writer w3/);
});

test('a ledger without writers says so', async () => {
  expect((await show()).text(Infinity)).toBe('No writer has booked or stated anything yet.');
});

test('many gaps are named up to ten, the rest counted', () => {
  const gaps = Array.from({ length: 12 }, (_, index) => ({ first: 10 * index + 1, last: 10 * index + 2 }));
  expect(intervals(gaps)).toMatch(/^1–2, 11–12, .*, 91–92 and 2 more gaps$/);
});
