import type { Account, Interval, Statement } from './ledger.ts';
import { unite, width, within } from './ledger-coverage.ts';
import { type Counts, countsOf, livesOf, type Unvouched, unvouchedOf } from './ledger-lives.ts';

/**
 * open: it states. closed: it said its last, and no other life began. silent: it stopped stating without a last one
 * (a kill, a crash, or nothing of it gets through).
 */
export type WriterState = 'open' | 'closed' | 'silent';

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
  /** Of what is persisted: the dead letters that were not replayed. */
  readonly deadLettered: number;
  readonly latest: Statement | null;
  /** Of all lives. */
  readonly counts: Counts;
  /** Where more may have been accepted than is known; oldest first. */
  readonly unvouched: readonly Unvouched[];
  /** It is silent, and whatever it accepted after its latest statement is on its disk. */
  readonly restsOnDisk: boolean;
}

/**
 * A writer that states every 10 s and was not heard of for so long has stopped: six statements are missing.
 */
const silentAfterMs = 60_000;

/**
 * Balances one writer's account. What is not covered is *pending*, and *missing* from the number on that `dueThrough`
 * tells.
 */
export function balance(
  writer: string,
  account: Account,
  nowMs: number,
  pendingMaxMs: number,
): WriterBalance {
  const { rows, statements, expiredThrough } = account;
  const covered = unite(rows, expiredThrough);
  const statedThrough = largest(statements.map((statement) => statement.acceptedThrough));
  const acceptedThrough = Math.max(statedThrough, covered.coveredThrough);
  const tail = { first: covered.coveredThrough + 1, last: acceptedThrough };
  const gaps = [...covered.gaps, ...within([tail], 1, Infinity)];

  const lives = livesOf(statements);
  const last = lives.at(-1);
  const latest = last?.newest ?? null;
  const lastSignMs = largest([latest?.atMs ?? 0, ...rows.map((row) => row.storedAtMs)]);
  const isQuiet = nowMs - lastSignMs > silentAfterMs;
  const state = last?.isClosed ? 'closed' : isQuiet ? 'silent' : 'open';

  const isOld = (ms: number) => nowMs - ms > pendingMaxMs;
  const speaks = latest !== null && (state === 'open' || !isOld(latest.atMs));
  const due = dueThrough(account, speaks ? latest : null, isOld);
  const missing = within(gaps, 1, due);
  const pending = within(gaps, due + 1, Infinity);
  const isSilent = state === 'silent';
  return {
    writer,
    state,
    acceptedThrough,
    expiredThrough,
    persisted: acceptedThrough - expiredThrough - width(gaps),
    pending,
    missing,
    duplicates: covered.duplicates,
    deadLettered: covered.deadLettered,
    latest,
    counts: countsOf(lives),
    unvouched:
      last === undefined && isSilent
        ? [{ after: acceptedThrough, untilMs: null }]
        : unvouchedOf(lives, isSilent),
    restsOnDisk: isSilent && (last?.onDisk ?? false),
  };
}

/**
 * Through which number what is not covered is due, and so missing.
 *
 * Who speaks for the writer tells what still waits in its spool, for as long as an outage and the catch-up
 * take: an event is due once it was said, longer ago than the limit, to be on the stream. Where nobody speaks for it
 * any more (it is silent, or its last word is older than the limit), an event is due once it was known for longer than
 * the limit to be accepted: some statement that old reaches it, or some row that old lies beyond it.
 *
 * @param word the latest statement of who speaks for the writer; null: nobody does
 */
function dueThrough(
  { rows, statements }: Account,
  word: Statement | null,
  isOld: (ms: number) => boolean,
): number {
  const old = statements.filter(({ atMs }) => isOld(atMs));
  if (word !== null && tellsWhatIsSent(word)) return largest(old.map(sentThroughOf));
  return largest([
    ...old.map((statement) => statement.acceptedThrough),
    ...rows.filter(({ storedAtMs }) => isOld(storedAtMs)).map(({ first }) => first - 1),
  ]);
}

/** Those of the first release do not. */
export function tellsWhatIsSent({ sinceMs }: Statement): boolean {
  return sinceMs > 0;
}

function sentThroughOf(statement: Statement): number {
  return tellsWhatIsSent(statement) ? statement.sentThrough : statement.acceptedThrough;
}

/**
 * The largest of numbers that are not negative; 0 of none. Not by spreading: an account may have many
 * thousands.
 */
function largest(numbers: readonly number[]): number {
  return numbers.reduce((max, number) => Math.max(max, number), 0);
}
