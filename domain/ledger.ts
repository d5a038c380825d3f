/**
 * The account of events. Each writer numbers what it accepts 1, 2, 3, … without gaps; the consumer books the intervals
 * that it stored; the tracker states, every so often, how far it has accepted. Uniting the intervals tells what is
 * persisted, and what is not: a proof, not a pair of counters that may both be wrong.
 */

/** Both ends are in it. */
export interface Interval {
  readonly first: number;
  readonly last: number;
}

/** One stored aggregate: the events `first … last` of `writer` are in the event store, or are dead letters. */
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
 * open: it states. closed: it said its last. silent: it stopped stating without a last one (a kill, a crash), so events
 * that it accepted into memory after its last statement are not vouched for.
 */
export type WriterState = 'open' | 'closed' | 'silent';

export interface WriterBalance {
  readonly writer: string;
  readonly state: WriterState;
  /** How far events are known to have been accepted, by statement or by what was stored. */
  readonly acceptedThrough: number;
  readonly persisted: number;
  readonly pending: readonly Interval[];
  readonly missing: readonly Interval[];
  /** Events that were booked twice; the event store absorbed the second. */
  readonly duplicates: number;
  readonly deadLettered: number;
  readonly latest: Statement | null;
}

/**
 * Balances one writer's account.
 *
 * A gap is as old as the first sign that its events had been accepted: the first statement that reaches its end, or the first
 * row stored beyond it. Younger than `pendingMaxMs` it is pending; older, missing.
 */
export function balance(
  writer: string,
  rows: readonly LedgerRow[],
  statements: readonly Statement[],
  nowMs: number,
  pendingMaxMs: number,
): WriterBalance {
  const byFirst = rows.toSorted((a, b) => a.first - b.first || a.last - b.last);
  const byTime = statements.toSorted((a, b) => a.atMs - b.atMs);
  const latest = byTime.at(-1) ?? null;
  const closing = byTime.findLast((statement) => statement.final) ?? null;

  const gaps: Interval[] = [];
  let covered = 0;
  let duplicates = 0;
  let deadLettered = 0;
  for (const row of byFirst) {
    if (row.first > covered + 1) gaps.push({ first: covered + 1, last: row.first - 1 });
    duplicates += Math.max(0, Math.min(row.last, covered) - row.first + 1);
    deadLettered += row.deadLettered;
    covered = Math.max(covered, row.last);
  }
  const stated = byTime.reduce((max, statement) => Math.max(max, statement.acceptedThrough), 0);
  if (stated > covered) gaps.push({ first: covered + 1, last: stated });

  const acceptedThrough = Math.max(stated, covered);
  const isMissing = (gap: Interval) => nowMs - knownSinceMs(gap, byFirst, byTime) > pendingMaxMs;
  const signs = [latest?.atMs ?? 0, ...rows.map((row) => row.storedAtMs)];
  const lastSignMs = signs.reduce((max, ms) => Math.max(max, ms), 0);
  return {
    writer,
    state: closing ? 'closed' : nowMs - lastSignMs > pendingMaxMs ? 'silent' : 'open',
    acceptedThrough,
    persisted: acceptedThrough - gaps.reduce((sum, gap) => sum + gap.last - gap.first + 1, 0),
    pending: gaps.filter((gap) => !isMissing(gap)),
    missing: gaps.filter(isMissing),
    duplicates,
    deadLettered,
    latest,
  };
}

function knownSinceMs(gap: Interval, rows: readonly LedgerRow[], statements: readonly Statement[]): number {
  const stated = statements.find((statement) => statement.acceptedThrough >= gap.last)?.atMs ?? Infinity;
  const stored = rows.reduce(
    (min, row) => (row.first > gap.last ? Math.min(min, row.storedAtMs) : min),
    Infinity,
  );
  return Math.min(stated, stored);
}
