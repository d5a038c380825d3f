import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LedgerRow } from './ledger.ts';
import { unite, width, within } from './ledger-coverage.ts';

function row(first: number, last: number, deadLettered = 0): LedgerRow {
  return { writer: 'w', first, last, storedAtMs: 0, deadLettered, replayed: false };
}

function replay(first: number, last: number, deadLettered = 0): LedgerRow {
  return { ...row(first, last, deadLettered), replayed: true };
}

describe('a dead letter that is replayed', () => {
  test('is none any more, and no duplicate either', () => {
    expect(unite([row(1, 10, 2), replay(4, 4)], 0)).toEqual({
      gaps: [],
      coveredThrough: 10,
      duplicates: 0,
      deadLettered: 1,
    });
  });

  test('is one still, if it failed again', () => {
    expect(unite([row(1, 10, 1), replay(4, 4, 1)], 0)).toMatchObject({ duplicates: 0, deadLettered: 1 });
  });

  test('stands for itself where its row took the place of the first', () => {
    expect(unite([replay(4, 4)], 3)).toMatchObject({ gaps: [], coveredThrough: 4, deadLettered: 0 });
    expect(unite([replay(4, 4, 1)], 3)).toMatchObject({ coveredThrough: 4, deadLettered: 1 });
  });

  test('fills what nothing else has booked', () => {
    expect(unite([row(1, 3), row(5, 9), replay(4, 4)], 0)).toMatchObject({ gaps: [], duplicates: 0 });
  });

  test('makes up for none of another row', () => {
    expect(unite([row(1, 10, 1), row(11, 20, 1), replay(4, 4)], 0)).toMatchObject({ deadLettered: 1 });
  });

  test('has expired with its row', () => {
    expect(unite([row(1, 10, 1), replay(4, 4)], 10)).toMatchObject({ coveredThrough: 10, deadLettered: 0 });
  });
});

test('a replay hides no duplicate, and opens no gap, whatever was booked', () => {
  const rows = fc.array(
    fc
      .tuple(fc.integer({ min: 1, max: 60 }), fc.nat({ max: 12 }))
      .map(([first, more]) => row(first, first + more, 1)),
    { minLength: 1, maxLength: 12 },
  );
  fc.assert(
    fc.property(rows, fc.nat(), (booked, pick) => {
      const before = unite(booked, 0);
      const { first } = booked[pick % booked.length]!;
      const after = unite([...booked, replay(first, first)], 0);
      expect(after).toEqual({ ...before, deadLettered: after.deadLettered });
      expect(after.deadLettered).toBeLessThan(before.deadLettered);
    }),
  );
});

test('parts of intervals are those within the bounds, both included', () => {
  const gaps = [
    { first: 1, last: 3 },
    { first: 5, last: 9 },
    { first: 12, last: 12 },
  ];
  expect(within(gaps, 3, 6)).toEqual([
    { first: 3, last: 3 },
    { first: 5, last: 6 },
  ]);
  expect(within(gaps, 4, 4)).toEqual([]);
  expect(width(gaps)).toBe(9);
});
