import type { Interval, LedgerRow } from './ledger.ts';

export interface Coverage {
  /** What the rows leave out before the last of them, in order. */
  readonly gaps: readonly Interval[];
  /** The end of the last of them; `expiredThrough` where there is none. */
  readonly coveredThrough: number;
  /** How often numbers were stored beyond once. A dead letter that was replayed well was stored once. */
  readonly duplicates: number;
  /** Dead letters that were not replayed since, or in vain: numbers that are covered, and stored by no row. */
  readonly deadLettered: number;
}

/** Unites the rows behind `expiredThrough`. */
export function unite(rows: readonly LedgerRow[], expiredThrough: number): Coverage {
  const covered = union(within(rows, expiredThrough + 1, Infinity));
  const stored = within(rows.flatMap(storedOf), expiredThrough + 1, Infinity);
  const storedOnce = width(union(stored));
  return {
    gaps: between(expiredThrough, covered),
    coveredThrough: covered.at(-1)?.last ?? expiredThrough,
    duplicates: width(stored) - storedOnce,
    deadLettered: width(covered) - storedOnce,
  };
}

/** How many events the intervals hold. */
export function width(intervals: readonly Interval[]): number {
  return intervals.reduce((sum, { first, last }) => sum + last - first + 1, 0);
}

/** The parts of intervals from `first` to `last`. */
export function within(intervals: readonly Interval[], first: number, last: number): Interval[] {
  return intervals
    .map((each) => ({ first: Math.max(each.first, first), last: Math.min(each.last, last) }))
    .filter((part) => part.first <= part.last);
}

/** What a row holds besides its dead letters. */
function storedOf({ first, last, deadLetters }: LedgerRow): Interval[] {
  return [...between(first - 1, deadLetters), { first: (deadLetters.at(-1)?.last ?? first - 1) + 1, last }];
}

/** The numbers of all intervals, each once, in order; those that touch are one. */
function union(intervals: readonly Interval[]): Interval[] {
  const united: { first: number; last: number }[] = [];
  for (const { first, last } of intervals.toSorted((a, b) => a.first - b.first)) {
    const open = united.at(-1);
    if (open && first <= open.last + 1) open.last = Math.max(open.last, last);
    else united.push({ first, last });
  }
  return united;
}

/** What intervals in order, none of which overlaps another, leave out behind `after` and before their end. */
function between(after: number, intervals: readonly Interval[]): Interval[] {
  const ends = [after, ...intervals.map(({ last }) => last)];
  return intervals
    .map(({ first }, index) => ({ first: ends[index]! + 1, last: first - 1 }))
    .filter((gap) => gap.first <= gap.last);
}
