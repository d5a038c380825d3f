import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ledgerRow } from '../test/helpers/ledger-rows.ts';
import { statement as anyStatement } from '../test/helpers/statements.ts';
import type { Interval, LedgerRow, Statement } from './ledger.ts';
import { balance } from './ledger-balance.ts';

const writer = 'tracker-1-0a1b2c';
const pendingMaxMs = 60_000;
const now = 1_000_000;
const recent = now - 1_000;
const old = now - pendingMaxMs - 1;

function row(first: number, last: number, storedAtMs = recent, dead = 0): LedgerRow {
  return ledgerRow(writer, first, last, storedAtMs, dead);
}

function statement(acceptedThrough: number, atMs = recent, more: Partial<Statement> = {}): Statement {
  return anyStatement({ writer, atMs, acceptedThrough, ...more });
}

function balanced(rows: readonly LedgerRow[], statements: readonly Statement[], nowMs = now) {
  return balance(writer, { rows, statements, expiredThrough: 0 }, nowMs, pendingMaxMs);
}

describe('an account that balances', () => {
  test('nothing accepted, nothing stored', () => {
    expect(balanced([], [statement(0)])).toMatchObject({
      acceptedThrough: 0,
      persisted: 0,
      pending: [],
      missing: [],
      duplicates: 0,
    });
  });

  test('all that was stated is stored, in whatever order it came', () => {
    const { persisted, acceptedThrough, pending, missing } = balanced(
      [row(101, 250), row(1, 100), row(251, 300)],
      [statement(300, old)],
    );
    expect({ persisted, acceptedThrough, pending, missing }).toEqual({
      persisted: 300,
      acceptedThrough: 300,
      pending: [],
      missing: [],
    });
  });

  test('more is stored than was stated so far: what is stored was accepted', () => {
    expect(balanced([row(1, 80)], [statement(50)])).toMatchObject({
      acceptedThrough: 80,
      persisted: 80,
      missing: [],
      pending: [],
    });
  });

  test('it names its writer and its latest statement', () => {
    const latest = statement(5, recent, { rejected: 3, shed: 2, ignored: 1, lost: 4 });
    expect(balanced([row(1, 5)], [latest, statement(2, old)])).toMatchObject({ writer, latest });
  });
});

describe('a gap', () => {
  test('at the end is pending while the statement is young', () => {
    expect(balanced([row(1, 100)], [statement(120)])).toMatchObject({
      persisted: 100,
      pending: [{ first: 101, last: 120 }],
      missing: [],
    });
  });

  test('at the end is missing once the statement is old', () => {
    expect(balanced([row(1, 100)], [statement(120, old)])).toMatchObject({
      persisted: 100,
      pending: [],
      missing: [{ first: 101, last: 120 }],
    });
  });

  test('is pending at exactly the limit, and missing a millisecond later', () => {
    const statements = [statement(10, now)];
    expect(balanced([], statements, now + pendingMaxMs)).toMatchObject({
      pending: [{ first: 1, last: 10 }],
      missing: [],
    });
    expect(balanced([], statements, now + pendingMaxMs + 1)).toMatchObject({
      pending: [],
      missing: [{ first: 1, last: 10 }],
    });
  });

  test('in the middle is as old as the first row that was stored beyond it', () => {
    const rows = [row(1, 10), row(21, 30, old), row(41, 50)];
    expect(balanced(rows, [])).toMatchObject({
      persisted: 30,
      missing: [{ first: 11, last: 20 }],
      pending: [{ first: 31, last: 40 }],
    });
  });

  test('in the middle, with nothing old beyond it, is as old as the statement that covers it', () => {
    expect(balanced([row(1, 10), row(21, 30)], [statement(30, old)])).toMatchObject({
      missing: [{ first: 11, last: 20 }],
    });
    expect(balanced([row(1, 10), row(21, 30)], [statement(19, old)])).toMatchObject({
      missing: [{ first: 11, last: 19 }],
      pending: [{ first: 20, last: 20 }],
    });
  });

  test('that grows is missing where it is old, however young its end', () => {
    const everyTenSeconds = Array.from({ length: 360 }, (_, n) =>
      statement(100 + 10 * n, now - 10_000 * (359 - n)),
    );
    expect(balanced([row(1, 100, old)], everyTenSeconds)).toMatchObject({
      missing: [{ first: 101, last: 3_620 }],
      pending: [{ first: 3_621, last: 3_690 }],
    });
  });

  test('at the beginning counts as any other', () => {
    expect(balanced([row(5, 9, old)], [])).toMatchObject({ persisted: 5, missing: [{ first: 1, last: 4 }] });
  });

  test('is all there is where nothing was stored', () => {
    expect(balanced([], [statement(7, old)])).toMatchObject({
      persisted: 0,
      acceptedThrough: 7,
      missing: [{ first: 1, last: 7 }],
    });
  });
});

describe('what was booked twice', () => {
  test('an overlap is counted, and hides no gap', () => {
    expect(balanced([row(1, 10), row(8, 15), row(20, 22, old)], [])).toMatchObject({
      duplicates: 3,
      persisted: 18,
      missing: [{ first: 16, last: 19 }],
    });
  });

  test('a row inside another is all duplicates', () => {
    expect(balanced([row(1, 100), row(40, 49), row(101, 110)], [])).toMatchObject({
      duplicates: 10,
      persisted: 110,
      missing: [],
    });
  });

  test('a replay under other bounds is a duplicate, the same row over again too', () => {
    expect(balanced([row(1, 10), row(1, 10)], [])).toMatchObject({ duplicates: 10, persisted: 10 });
  });
});

test('dead letters are persisted, and counted', () => {
  expect(balanced([row(1, 10, recent, 2), row(11, 20, recent, 1)], [])).toMatchObject({
    persisted: 20,
    deadLettered: 3,
    missing: [],
  });
});

test('what a writer gave up is missing, and its statement says how much', () => {
  const last = statement(20, old, { lost: 5, final: true });
  expect(balanced([row(1, 15)], [last])).toMatchObject({
    state: 'closed',
    missing: [{ first: 16, last: 20 }],
    latest: { lost: 5 },
  });
});

describe('a writer is', () => {
  test.each([
    ['open while it states', [], [statement(0)], 'open'],
    ['open while its events come in, its statements being late', [row(1, 1)], [statement(0, old)], 'open'],
    ['silent when it stopped without a word', [row(1, 1, old)], [statement(1, old)], 'silent'],
    ['silent when only old rows tell of it', [row(1, 1, old)], [], 'silent'],
    ['closed once it said its last', [], [statement(0), statement(0, recent, { final: true })], 'closed'],
    [
      'closed once it said its last, though a clock that was set back says otherwise',
      [],
      [statement(0, now), statement(0, recent, { final: true })],
      'closed',
    ],
    ['closed for good, however long ago', [], [statement(0, 1, { final: true })], 'closed'],
  ] as const)('%s', (_, rows, statements, state) => {
    expect(balanced(rows, statements).state).toBe(state);
  });

  test('not silent for how soon a gap counts as missing', () => {
    expect(
      balance(writer, { rows: [], statements: [statement(1)], expiredThrough: 0 }, now, 0),
    ).toMatchObject({
      state: 'open',
      missing: [{ first: 1 }],
    });
  });
});

test('agrees with a set of numbers, whatever was booked and stated', () => {
  const rows = fc.array(
    fc
      .tuple(fc.integer({ min: 1, max: 60 }), fc.nat({ max: 12 }), fc.constantFrom(recent, old))
      .map(([first, more, storedAtMs]) => row(first, first + more, storedAtMs)),
    { maxLength: 12 },
  );
  const statements = fc.array(
    fc
      .tuple(fc.nat({ max: 80 }), fc.constantFrom(recent, old))
      .map(([through, atMs]) => statement(through, atMs)),
    {
      maxLength: 4,
    },
  );
  fc.assert(
    fc.property(rows, statements, (someRows, someStatements) => {
      const result = balanced(someRows, someStatements);

      const booked = someRows.flatMap(({ first, last }) => numbers(first, last));
      const stored = new Set(booked);
      const through = Math.max(0, ...booked, ...someStatements.map(({ acceptedThrough }) => acceptedThrough));
      const absent = numbers(1, through).filter((sequence) => !stored.has(sequence));
      // Missing is a number that something old lies beyond.
      const isOld = (sequence: number) =>
        someRows.some(({ first, storedAtMs }) => first > sequence && storedAtMs === old) ||
        someStatements.some(({ acceptedThrough, atMs }) => acceptedThrough >= sequence && atMs === old);

      expect(result.acceptedThrough).toBe(through);
      expect(result.persisted).toBe(stored.size);
      expect(result.duplicates).toBe(booked.length - stored.size);
      const all = (gaps: readonly Interval[]) => gaps.flatMap(({ first, last }) => numbers(first, last));
      expect(all(result.missing)).toEqual(absent.filter(isOld));
      expect(all(result.pending)).toEqual(absent.filter((sequence) => !isOld(sequence)));
    }),
    { numRuns: 500 },
  );
});

describe('what has expired', () => {
  const expired = (rows: readonly LedgerRow[], statements: readonly Statement[], expiredThrough: number) =>
    balance(writer, { rows, statements, expiredThrough }, now, pendingMaxMs);

  test('is neither missing nor persisted', () => {
    expect(expired([row(1_001, 1_100)], [statement(900, old), statement(1_100)], 1_000)).toMatchObject({
      acceptedThrough: 1_100,
      expiredThrough: 1_000,
      persisted: 100,
      missing: [],
      pending: [],
    });
  });

  test('is not counted by rows that the store has not swept yet', () => {
    expect(expired([row(1, 900, old, 2), row(901, 1_050), row(1_031, 1_060)], [], 1_000)).toMatchObject({
      persisted: 60,
      duplicates: 20,
      deadLettered: 0,
      missing: [],
    });
  });

  test('hides no gap behind it', () => {
    expect(expired([row(1_011, 1_100, old)], [], 1_000)).toMatchObject({
      missing: [{ first: 1_001, last: 1_010 }],
    });
  });
});

function numbers(first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
}
