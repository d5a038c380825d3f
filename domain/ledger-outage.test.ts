import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { statement as anyStatement } from '../test/helpers/statements.ts';
import type { Interval, LedgerRow, Statement } from './ledger.ts';
import { balance } from './ledger-balance.ts';

const writer = 'w';
const now = 10_000_000;
const secondsAgo = (seconds: number) => now - seconds * 1_000;
const pendingMaxMs = 60_000;

function said(
  at: number,
  acceptedThrough: number,
  sentThrough: number,
  more: Partial<Statement> = {},
): Statement {
  const unsent = acceptedThrough - sentThrough;
  const times = { sinceMs: 1, atMs: secondsAgo(at) };
  return anyStatement({ writer, ...times, acceptedThrough, sentThrough, unsent, onDisk: true, ...more });
}

const stored = (first: number, last: number, at: number): LedgerRow => ({
  ...{ writer, first, last, storedAtMs: secondsAgo(at), deadLetters: [] },
});

function balanced(rows: readonly LedgerRow[], statements: readonly Statement[]) {
  return balance(writer, { rows, statements, expiredThrough: 0 }, now, pendingMaxMs);
}

const everything = [{ first: 11, last: 30 }];

describe('what is not stored', () => {
  test('is pending while its writer says that it waits in its spool, however long that takes', () => {
    expect(balanced([stored(1, 10, 900)], [said(900, 30, 10), said(5, 30, 10)])).toMatchObject({
      state: 'open',
      pending: everything,
      missing: [],
    });
  });

  test('is pending for the limit after it was said to be on the stream, though it is long accepted', () => {
    const rows = [stored(1, 10, 900)];
    expect(balanced(rows, [said(900, 30, 10), said(59, 30, 30), said(5, 30, 30)])).toMatchObject({
      pending: everything,
    });
    expect(balanced(rows, [said(900, 30, 10), said(61, 30, 30), said(5, 30, 30)])).toMatchObject({
      pending: [],
      missing: everything,
    });
  });

  test('is pending though later events are long stored: another shard took them', () => {
    expect(
      balanced([stored(1, 10, 900), stored(21, 30, 900)], [said(900, 30, 10), said(5, 30, 10)]),
    ).toMatchObject({
      pending: [{ first: 11, last: 20 }],
      missing: [],
    });
  });

  test('is missing from where the stream was said to have it, and pending behind that', () => {
    expect(balanced([], [said(900, 25, 20), said(5, 30, 20)])).toMatchObject({
      missing: [{ first: 1, last: 20 }],
      pending: [{ first: 21, last: 30 }],
    });
  });

  test('is missing where it was on the stream once, though a new life starts sending from further back', () => {
    const restarted = said(5, 30, 5, { sinceMs: secondsAgo(6) });
    expect(balanced([stored(1, 10, 900)], [said(900, 30, 20), restarted])).toMatchObject({
      missing: [{ first: 11, last: 20 }],
      pending: [{ first: 21, last: 30 }],
    });
  });

  test.each([
    ['silent', said(61, 30, 10)],
    ['closed', said(61, 30, 10, { final: true })],
  ] as const)('is missing once its writer is %s for longer than the limit', (state, last) => {
    expect(balanced([stored(1, 10, 900)], [last])).toMatchObject({ state, missing: everything, pending: [] });
  });

  test('is pending for the limit after a last statement', () => {
    expect(
      balanced([stored(1, 10, 900)], [said(900, 30, 10), said(30, 30, 10, { final: true })]),
    ).toMatchObject({
      state: 'closed',
      pending: everything,
    });
  });

  test('is missing in the end where it was given up, and the statement says so', () => {
    const last = said(900, 30, 10, { final: true, lost: 20 });
    expect(balanced([stored(1, 10, 900)], [last])).toMatchObject({
      missing: everything,
      counts: { lost: 20 },
    });
  });
});

test('whatever was said and stored, each number that is not covered is pending or missing by what was said of it', () => {
  const age = fc.constantFrom(5, 30, 59, 61, 300);
  const rows = fc.array(
    fc
      .tuple(fc.integer({ min: 1, max: 60 }), fc.nat({ max: 12 }), age)
      .map(([first, more, at]) => stored(first, first + more, at)),
    { maxLength: 8 },
  );
  const statements = fc.array(
    fc
      .tuple(fc.nat({ max: 80 }), fc.nat({ max: 80 }), age, fc.boolean(), fc.constantFrom(1, 2, 3))
      .map(([a, b, at, final, sinceMs]) => said(at, Math.max(a, b), Math.min(a, b), { final, sinceMs })),
    { maxLength: 6 },
  );
  fc.assert(
    fc.property(rows, statements, (someRows, someStatements) => {
      const { state, missing, pending, persisted, acceptedThrough } = balanced(someRows, someStatements);
      const isOld = ({ atMs }: Statement) => now - atMs > pendingMaxMs;
      const covered = new Set(someRows.flatMap(numbers));
      const speaks =
        someStatements.length > 0 && (state === 'open' || someStatements.some((each) => !isOld(each)));
      const isDue = (sequence: number) =>
        speaks
          ? someStatements.some((each) => isOld(each) && each.sentThrough >= sequence)
          : someStatements.some((each) => isOld(each) && each.acceptedThrough >= sequence) ||
            someRows.some(({ first, storedAtMs }) => first > sequence && now - storedAtMs > pendingMaxMs);
      const absent = numbers({ first: 1, last: acceptedThrough }).filter(
        (sequence) => !covered.has(sequence),
      );
      expect(missing.flatMap(numbers)).toEqual(absent.filter(isDue));
      expect(pending.flatMap(numbers)).toEqual(absent.filter((sequence) => !isDue(sequence)));
      expect(persisted + absent.length).toBe(acceptedThrough);
    }),
    { numRuns: 500 },
  );
});

function numbers({ first, last }: Interval): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
}
