/**
 * The account of events. Each writer numbers what it accepts 1, 2, 3, … without gaps; the consumer books the
 * intervals that it stored; the tracker states, every so often, how far it has accepted. Uniting the
 * intervals tells what is persisted, and what is not: a proof, not a pair of counters that may both be wrong.
 */

/** Both ends are in it. */
export interface Interval {
  readonly first: number;
  readonly last: number;
}

/**
 * One stored aggregate: the events `first … last` of `writer` are in the event store, or are dead letters.
 */
export interface LedgerRow extends Interval {
  readonly writer: string;
  readonly storedAtMs: number;
  /** How many of them are dead letters. */
  readonly deadLettered: number;
}

/** What a tracker says of itself every 10 s and when it drains. The counts are since the writer began. */
export interface Statement {
  readonly writer: string;
  readonly instance: string;
  readonly atMs: number;
  readonly acceptedThrough: number;
  readonly rejected: number;
  readonly shed: number;
  readonly ignored: number;
  /** Accepted in `memory` and given up: the process had to end while the stream would not take them. */
  readonly lost: number;
  /** The last statement of this writer: nothing was accepted after it. */
  readonly final: boolean;
}

/**
 * open: it states. closed: it said its last. silent: it stopped stating without a last one (a kill, a crash),
 * so events that it accepted into memory after its last statement are not vouched for.
 */
export type WriterState = 'open' | 'closed' | 'silent';

/** What the ledger holds of one writer. */
export interface Account {
  readonly rows: readonly LedgerRow[];
  readonly statements: readonly Statement[];
  /**
   * Rows of events up to here may have expired, as the events have: nothing is said of them any more. 0:
   * none.
   */
  readonly expiredThrough: number;
}

export interface WriterBalance {
  readonly writer: string;
  readonly state: WriterState;
  /** How far events are known to have been accepted, by statement or by what was stored. */
  readonly acceptedThrough: number;
  /** Events up to here are older than the retention, and counted nowhere else. */
  readonly expiredThrough: number;
  readonly persisted: number;
  readonly pending: readonly Interval[];
  readonly missing: readonly Interval[];
  /** Events that were booked twice; the event store absorbed the second. */
  readonly duplicates: number;
  readonly deadLettered: number;
  readonly latest: Statement | null;
}

/**
 * A writer that states every 10 s and was not heard of for so long has stopped: six statements are missing.
 */
const silentAfterMs = 60_000;

/**
 * Balances one writer's account. An event that is not covered is *missing* once it was known to be accepted
 * for longer than `pendingMaxMs`: some statement that old reaches it, or some row that old lies beyond it.
 * Until then it is *pending*.
 */
export function balance(
  writer: string,
  { rows, statements, expiredThrough }: Account,
  nowMs: number,
  pendingMaxMs: number,
): WriterBalance {
  const { gaps, coveredThrough, duplicates, deadLettered } = unite(rows, expiredThrough);
  const latest = newest(statements);
  const statedThrough = largest(statements.map((statement) => statement.acceptedThrough));
  if (statedThrough > coveredThrough) gaps.push({ first: coveredThrough + 1, last: statedThrough });
  const acceptedThrough = Math.max(statedThrough, coveredThrough);

  const isOld = (ms: number) => nowMs - ms > pendingMaxMs;
  const dueThrough = largest([
    ...statements.filter(({ atMs }) => isOld(atMs)).map((statement) => statement.acceptedThrough),
    ...rows.filter(({ storedAtMs }) => isOld(storedAtMs)).map(({ first }) => first - 1),
  ]);
  const lastSignMs = largest([latest?.atMs ?? 0, ...rows.map((row) => row.storedAtMs)]);
  const isClosed = statements.some((statement) => statement.final);
  return {
    writer,
    state: isClosed ? 'closed' : nowMs - lastSignMs > silentAfterMs ? 'silent' : 'open',
    acceptedThrough,
    expiredThrough,
    persisted: acceptedThrough - expiredThrough - width(gaps),
    pending: gaps.flatMap((gap) => within(gap, dueThrough + 1, Infinity)),
    missing: gaps.flatMap((gap) => within(gap, 1, dueThrough)),
    duplicates,
    deadLettered,
    latest,
  };
}

/** How many events the intervals hold. */
export function width(intervals: readonly Interval[]): number {
  return intervals.reduce((sum, { first, last }) => sum + last - first + 1, 0);
}

/** What the rows cover behind `expiredThrough`, and what they leave out. */
function unite(rows: readonly LedgerRow[], expiredThrough: number) {
  const gaps: Interval[] = [];
  let coveredThrough = expiredThrough;
  let duplicates = 0;
  let deadLettered = 0;
  for (const row of rows.toSorted((a, b) => a.first - b.first || a.last - b.last)) {
    const first = Math.max(row.first, expiredThrough + 1);
    if (row.last < first) continue;
    if (first > coveredThrough + 1) gaps.push({ first: coveredThrough + 1, last: first - 1 });
    duplicates += Math.max(0, Math.min(row.last, coveredThrough) - first + 1);
    deadLettered += row.deadLettered;
    coveredThrough = Math.max(coveredThrough, row.last);
  }
  return { gaps, coveredThrough, duplicates, deadLettered };
}

/** The part of an interval from `first` to `last`, in a list that is empty where there is none. */
function within(interval: Interval, first: number, last: number): Interval[] {
  const part = { first: Math.max(interval.first, first), last: Math.min(interval.last, last) };
  return part.first <= part.last ? [part] : [];
}

function newest(statements: readonly Statement[]): Statement | null {
  return statements.reduce<Statement | null>(
    (best, statement) => (best === null || statement.atMs >= best.atMs ? statement : best),
    null,
  );
}

/**
 * The largest of numbers that are not negative; 0 of none. Not by spreading: an account may have many
 * thousands.
 */
function largest(numbers: readonly number[]): number {
  return numbers.reduce((max, number) => Math.max(max, number), 0);
}
