import { describe, expect, test } from 'vitest';
import type { ClientAccount } from './client-books.ts';
import { type Accounts, holds, reckon } from './reckon.ts';

const byType = (impression: number, click = 0, transaction = 0) => ({ impression, click, transaction });

const clients: ClientAccount = {
  accepted: byType(70, 25, 5),
  untold: byType(70),
  ambiguous: byType(0),
  rejected: 3,
  repeated: 0,
  orders: { claimed: 5, open: 0 },
};
const agreeing: Accounts = {
  clients,
  trackers: { accepted: byType(70, 25, 5), rejected: 3 },
  ledger: { accepted: 100, persisted: 100, pending: 0, missing: 0, lost: 0, deadLettered: 0 },
  table: { items: byType(70, 25, 5), told: 30, missing: [], missingCount: 0, duplicates: 0, orders: 5 },
};
const wrong = (accounts: Accounts) =>
  reckon(accounts)
    .filter((finding) => !finding.holds)
    .map(({ what }) => what);

test('the audit holds where clients, trackers, ledger and tables agree', () => {
  expect(wrong(agreeing)).toEqual([]);
  expect(holds(reckon(agreeing))).toBe(true);
});

describe('the audit fails', () => {
  const { ledger, table, trackers } = agreeing;
  test.each<[string, Partial<Accounts>, string]>([
    [
      'where a client claims one more',
      { clients: { ...clients, accepted: byType(71, 25, 5) } },
      'accepted, as the ledger has it',
    ],
    [
      'where two calls were told one id',
      { clients: { ...clients, repeated: 1 } },
      'message ids that two calls were told',
    ],
    [
      'where the ledger is short of one',
      { ledger: { ...ledger, persisted: 99 } },
      'persisted, as the ledger has it',
    ],
    [
      'where one is missing in the ledger',
      { ledger: { ...ledger, missing: 1 } },
      'pending, missing or lost in the ledger',
    ],
    ['where one is a dead letter', { ledger: { ...ledger, deadLettered: 1 } }, 'dead letters'],
    [
      'where an item is missing',
      { table: { ...table, items: byType(69, 25, 5) } },
      'impressions in the table',
    ],
    ['where an item is of nobody', { table: { ...table, items: byType(70, 26, 5) } }, 'clicks in the table'],
    [
      'where an id that was told is not there',
      { table: { ...table, told: 29 } },
      'message ids that clients were told, found in the table',
    ],
    ['where an item is there twice', { table: { ...table, duplicates: 1 } }, 'items that are there twice'],
    ['where an order is missing', { table: { ...table, orders: 4 } }, 'orders in the table'],
    [
      'where a tracker counted another',
      { trackers: { ...trackers!, rejected: 4 } },
      'events rejected, as the trackers count',
    ],
  ])('%s', (_, other, what) => {
    expect(wrong({ ...agreeing, ...other })).toContain(what);
    expect(holds(reckon({ ...agreeing, ...other }))).toBe(false);
  });
});

describe('a call without an answer', () => {
  const open = { ...clients, ambiguous: byType(2) };
  const found = (more: number): Accounts => ({
    clients: open,
    trackers: { accepted: byType(70 + more, 25, 5), rejected: 3 },
    ledger: { ...agreeing.ledger, accepted: 100 + more, persisted: 100 + more },
    table: { ...agreeing.table, items: byType(70 + more, 25, 5) },
  });

  test('may have been accepted, or not', () => {
    expect([0, 1, 2].map((more) => wrong(found(more)))).toEqual([[], [], []]);
  });

  test('is one, and not more', () => {
    expect(wrong(found(3))).toContain('impressions in the table');
    expect(wrong(found(-1))).toContain('impressions in the table');
  });

  test('shows as a range', () => {
    const finding = reckon(found(1)).find(({ what }) => what === 'accepted, as the ledger has it');
    expect(finding).toMatchObject({ expected: '100 to 102', found: '101', holds: true });
  });
});

test('where a tracker began anew, its counters are left out, and the rest is audited', () => {
  const findings = reckon({ ...agreeing, trackers: null });
  expect(findings.some(({ what }) => what.includes('trackers count'))).toBe(false);
  expect(holds(findings)).toBe(true);
});
