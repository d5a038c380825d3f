import type { Interval, LedgerRow } from './ledger.ts';

export interface Coverage {
  /** What the rows leave out before the last of them, in order. */
  readonly gaps: readonly Interval[];
  /** The end of the last of them; `expiredThrough` where there is none. */
  readonly coveredThrough: number;
  /** Numbers that were booked again, replays of dead letters not counted. */
  readonly duplicates: number;
  /** Dead letters that were not replayed since. */
  readonly deadLettered: number;
}

/**
 * Unites the rows behind `expiredThrough`. Only what was booked for a second time by itself is a duplicate: a
 * replay of a dead letter has to be booked twice, and makes one of the row that it lies in good.
 */
export function unite(rows: readonly LedgerRow[], expiredThrough: number): Coverage {
  const replays: LedgerRow[] = [];
  const booked: LedgerRow[] = [];
  for (const row of rows.toSorted(byPlace)) {
    if (row.last > expiredThrough) (row.replayed ? replays : booked).push(row);
  }
  const { duplicates } = covered(booked, expiredThrough);
  const { gaps, coveredThrough } = covered([...booked, ...replays].sort(byPlace), expiredThrough);
  return { gaps, coveredThrough, duplicates, deadLettered: openDeadLetters(booked, replays) };
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

/** `rows` in the order of their places. */
function covered(rows: readonly LedgerRow[], expiredThrough: number) {
  const gaps: Interval[] = [];
  let coveredThrough = expiredThrough;
  let duplicates = 0;
  for (const row of rows) {
    const first = Math.max(row.first, expiredThrough + 1);
    if (first > coveredThrough + 1) gaps.push({ first: coveredThrough + 1, last: first - 1 });
    duplicates += Math.max(0, Math.min(row.last, coveredThrough) - first + 1);
    coveredThrough = Math.max(coveredThrough, row.last);
  }
  return { gaps, coveredThrough, duplicates };
}

/** Those of the rows that were booked first, less what was replayed well; and those that failed again alone. */
function openDeadLetters(booked: readonly LedgerRow[], replays: readonly LedgerRow[]): number {
  const failedAgain = new Set<LedgerRow>(replays.filter(({ deadLettered }) => deadLettered > 0));
  let open = 0;
  for (const row of booked) {
    if (row.deadLettered === 0) continue;
    const inside = replays.filter((replay) => replay.first >= row.first && replay.last <= row.last);
    for (const replay of inside) failedAgain.delete(replay);
    const mended = inside.filter(({ deadLettered }) => deadLettered === 0);
    open += Math.max(0, row.deadLettered - width(mended));
  }
  return [...failedAgain].reduce((sum, { deadLettered }) => sum + deadLettered, open);
}

function byPlace(a: Interval, b: Interval): number {
  return a.first - b.first || a.last - b.last;
}
