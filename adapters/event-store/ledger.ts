import type { Account, LedgerRow, Statement } from '@trackline/domain/ledger';
import type { WriteOutcome } from '../dynamodb/write-outcome.ts';

/**
 * The ledger table: per writer, the intervals that were stored and the statements it made. All writes may be
 * repeated.
 */
export interface LedgerWriter {
  /**
   * Books stored intervals, and makes their writers known, until `deadlineMs` (monotonic); a replay
   * overwrites its own row. One outcome for each, in order. Never rejects.
   */
  book(rows: readonly LedgerRow[], deadlineMs: number): Promise<readonly WriteOutcome[]>;
  /** Keeps statements, as `book` does. */
  state(statements: readonly Statement[], deadlineMs: number): Promise<readonly WriteOutcome[]>;
  close(): Promise<void>;
}

/** The ledger table, for who balances it. */
export interface LedgerReader {
  /** Every writer that booked or stated within the retention. */
  writers(): AsyncIterable<string>;
  /** What it holds of one writer, who need not be known. */
  account(writer: string): Promise<Account>;
  close(): Promise<void>;
}
