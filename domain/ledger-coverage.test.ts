import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LedgerRow } from './ledger.ts';
import { unite, width, within } from './ledger-coverage.ts';

/** A row, of which these are dead letters. */
function row(first: number, last: number, ...dead: readonly number[]): LedgerRow {
  const deadLetters = dead.map((sequence) => ({ first: sequence, last: sequence }));
  return { writer: 'w', first, last, storedAtMs: 0, deadLetters };
}

describe('a dead letter that is replayed', () => {
  test('is none any more, and no duplicate either', () => {
    expect(unite([row(1, 10, 4, 7), row(4, 4)], 0)).toEqual({
      gaps: [],
      coveredThrough: 10,
      duplicates: 0,
      deadLettered: 1,
    });
  });

  test('is one still, if it failed again', () => {
    expect(unite([row(1, 10, 4), row(4, 4, 4)], 0)).toMatchObject({ duplicates: 0, deadLettered: 1 });
  });

  test('is a duplicate the second time', () => {
    expect(unite([row(1, 10, 4), row(4, 4), row(4, 4)], 0)).toMatchObject({
      duplicates: 1,
      deadLettered: 0,
    });
  });

  test('stands for itself where its row took the place of the first', () => {
    expect(unite([row(4, 4)], 3)).toMatchObject({ gaps: [], coveredThrough: 4, deadLettered: 0 });
    expect(unite([row(4, 4, 4)], 3)).toMatchObject({ coveredThrough: 4, deadLettered: 1 });
  });

  test('fills what nothing else has booked', () => {
    expect(unite([row(1, 3), row(5, 9), row(4, 4)], 0)).toMatchObject({ gaps: [], duplicates: 0 });
  });

  test('makes up for no other', () => {
    expect(unite([row(1, 10, 5), row(11, 20, 12), row(4, 4)], 0)).toMatchObject({
      duplicates: 1,
      deadLettered: 2,
    });
  });

  test('has expired with its row', () => {
    expect(unite([row(1, 10, 4), row(4, 4)], 10)).toMatchObject({ coveredThrough: 10, deadLettered: 0 });
  });
});

test('an aggregate that was cut differently after a crash, its dead letters with it', () => {
  expect(unite([row(1, 10, 4, 9), row(8, 12, 9)], 0)).toEqual({
    gaps: [],
    coveredThrough: 12,
    // 8 and 10: 9 was stored neither time.
    duplicates: 2,
    deadLettered: 2,
  });
});

test('whatever rows there are, they are what their numbers one by one are', () => {
  const place = fc.tuple(fc.integer({ min: 1, max: 40 }), fc.nat({ max: 12 }), fc.array(fc.nat(12)));
  const rows = fc.array(
    place.map(([first, more, dead]) => {
      const sequences = dead.map((each) => first + each).filter((each) => each <= first + more);
      return row(first, first + more, ...[...new Set(sequences)].sort((a, b) => a - b));
    }),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(rows, fc.nat({ max: 30 }), (booked, expiredThrough) => {
      const covered = new Set<number>();
      const stored: number[] = [];
      for (const { first, last, deadLetters } of booked) {
        const dead = new Set(deadLetters.map((each) => each.first));
        for (let sequence = Math.max(first, expiredThrough + 1); sequence <= last; sequence++) {
          covered.add(sequence);
          if (!dead.has(sequence)) stored.push(sequence);
        }
      }
      const coveredThrough = Math.max(expiredThrough, ...covered);
      const { gaps, ...rest } = unite(booked, expiredThrough);
      expect(width(gaps)).toBe(coveredThrough - expiredThrough - covered.size);
      expect(rest).toEqual({
        coveredThrough,
        duplicates: stored.length - new Set(stored).size,
        deadLettered: covered.size - new Set(stored).size,
      });
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
