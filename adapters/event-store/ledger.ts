import type { LedgerRow, Statement } from '@trackline/domain/ledger';

/** The ledger table: per writer, the intervals that were stored and the statements it made. All writes may be repeated. */
export interface Ledger {
  /** Books stored intervals; a replay overwrites its own row. Rejects when the table does not take it. */
  book(rows: readonly LedgerRow[]): Promise<void>;
  /** Keeps a statement, and makes its writer known. Rejects when the table does not take it. */
  state(statement: Statement): Promise<void>;
  /** Every writer that ever booked or stated. */
  writers(): AsyncIterable<string>;
  account(
    writer: string,
  ): Promise<{ readonly rows: readonly LedgerRow[]; readonly statements: readonly Statement[] }>;
  close(): Promise<void>;
}
