import type { Statement } from '@trackline/domain/ledger';
import { beforeEach, describe, expect, test } from 'vitest';
import { MemoryParts } from '../../../test/helpers/cli-parts.ts';
import { FakeClock } from '../../../test/helpers/fake-clock.ts';
import { ledgerRow } from '../../../test/helpers/ledger-rows.ts';
import { statement as anyStatement } from '../../../test/helpers/statements.ts';
import { type LedgerOptions, ledger } from './ledger.ts';
import { intervals } from './ledger-words.ts';

const nowMs = Date.UTC(2026, 0, 31, 12);
const secondsAgo = (seconds: number) => nowMs - seconds * 1_000;

const row = (writer: string, first: number, last: number, storedAtMs = secondsAgo(300)) =>
  ledgerRow(writer, first, last, storedAtMs);
const statement = (writer: string, acceptedThrough: number, more: Partial<Statement> = {}): Statement =>
  anyStatement({ writer, atMs: secondsAgo(5), acceptedThrough, ...more });

let parts: MemoryParts;
beforeEach(() => {
  parts = new MemoryParts();
});
const show = (options: Partial<LedgerOptions> = {}) =>
  ledger(parts.context(new FakeClock(nowMs)), { pendingMaxMs: 60_000, strict: false, ...options });

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
  expect(text(Infinity)).toMatch(/^w1 +tracker-1 +open +10 +10 +0 +0 +0 +0 +0 +yes$/m);
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

test('what is not vouched for is a finding for who is strict', async () => {
  parts.rows.push(row('w1', 1, 1_200), row('w2', 1, 4));
  parts.statements.push(
    statement('w1', 1_200, { atMs: secondsAgo(300) }),
    statement('w2', 9, { atMs: secondsAgo(300) }),
  );
  const { finding } = await show({ strict: true });
  expect(finding).toBe(
    'Missing: 5 accepted events are not persisted: w2 5–9. Not vouched for: w1 after 1,200; w2 after 9.',
  );
  parts.statements.push(statement('w1', 1_200, { final: true }), statement('w2', 9, { final: true }));
  expect((await show({ strict: true })).finding).toBe(
    'Missing: 5 accepted events are not persisted: w2 5–9.',
  );
});

describe('a writer with a spool on disk', () => {
  const onDisk = (acceptedThrough: number, sentThrough: number, more: Partial<Statement> = {}) => {
    const unsent = acceptedThrough - sentThrough;
    const life = { sinceMs: secondsAgo(3_600), onDisk: true };
    return statement('w1', acceptedThrough, { ...life, sentThrough, unsent, ...more });
  };

  test('shows what waits in it, since when, and as of when', async () => {
    parts.rows.push(row('w1', 1, 4));
    const oldestUnsentAtMs = secondsAgo(46);
    parts.statements.push(
      onDisk(1_240, 4, { atMs: secondsAgo(900) }),
      onDisk(1_240, 4, { oldestUnsentAtMs, unconfirmed: 12 }),
    );
    const { json, text, finding } = await show();
    expect(finding).toBeUndefined();
    expect(json).toMatchObject({
      totals: { unsent: 1_236, unconfirmed: 12, oldestUnsentMs: 41_000, pending: 1_236, missing: 0 },
      writers: [{ sentThrough: 4, unsent: 1_236, oldestUnsentMs: 41_000, since: '2026-01-31T11:00:00.000Z' }],
    });
    expect(text(Infinity)).toMatch(/^w1 .* yes +41 s \(as of 5 s ago\)$/m);
    expect(text(Infinity)).toContain('unsent of w1: 1,236 events (12 unconfirmed), as of 5 s ago');
  });

  test('that fell silent has the rest on its disk, and is vouched for', async () => {
    parts.rows.push(row('w1', 1, 1_200));
    parts.statements.push(onDisk(1_200, 1_200, { atMs: secondsAgo(300) }));
    const { json, text, finding } = await show({ strict: true });
    expect(finding).toBeUndefined();
    expect(json).toMatchObject({
      totals: { notVouchedFor: 0 },
      writers: [{ state: 'silent', vouchedFor: true, restsOnDisk: true }],
    });
    expect(text(Infinity)).toMatch(/^w1 .* by its disk$/m);
    expect(text(Infinity)).toContain(
      'on the disk of tracker-1: what w1 may have accepted after 1,200; a tracker that starts there sends it',
    );
  });

  test.each([
    ['was drained in an outage', { final: true }],
    ['fell silent in an outage', {}],
  ])('that %s lacks what perhaps is in its spool', async (_, more) => {
    parts.rows.push(row('w1', 1, 10));
    parts.statements.push(onDisk(30, 12, { atMs: secondsAgo(300), ...more }));
    const { text, finding } = await show();
    expect(finding).toBe('Missing: 20 accepted events are not persisted: w1 11–30.');
    expect(text(Infinity)).toContain(
      'perhaps in the spool of tracker-1: 13–30 of w1; if it has ended, start it again',
    );
  });

  test('that gave events up has said so, and nobody looks for them in its spool', async () => {
    parts.rows.push(row('w1', 1, 10));
    parts.statements.push(onDisk(30, 10, { final: true, lost: 20, onDisk: false, atMs: secondsAgo(300) }));
    const shown = (await show()).text(Infinity);
    expect(shown).toContain('given up of w1: 20 events');
    expect(shown).not.toContain('perhaps');
  });

  test('sums up its lives, and names those that are not vouched for', async () => {
    parts.rows.push(row('w1', 1, 50));
    parts.statements.push(
      onDisk(20, 20, { onDisk: false, shed: 2, atMs: secondsAgo(1_900) }),
      onDisk(50, 50, { onDisk: false, shed: 5, sinceMs: secondsAgo(1_800) }),
    );
    const { json, text } = await show();
    expect(json).toMatchObject({
      totals: { notVouchedFor: 1, shed: 7 },
      writers: [
        {
          state: 'open',
          vouchedFor: false,
          unvouched: [{ after: 20, until: '2026-01-31T11:30:00.000Z' }],
          shed: 7,
        },
      ],
    });
    expect(text(Infinity)).toMatch(/^w1 .* no$/m);
    expect(text(Infinity)).toContain(
      'what w1 may have accepted after 20; it ended without its last statement, before 2026-01-31T11:30:00Z',
    );
  });
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
  parts.rows.push({ ...row('w1', 1, 10), deadLetters: [{ first: 3, last: 4 }] });
  parts.statements.push(statement('w1', 12, { lost: 2, final: true, atMs: secondsAgo(100) }));
  const { text, finding } = await show();
  expect(text(Infinity)).toMatch(/^w1 +tracker-1 +closed +12 +10 +0 +2 +0 +2 +2 +yes$/m);
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
