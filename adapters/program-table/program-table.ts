import type { ProgramVersion } from '@trackline/domain/program';

/**
 * The program table: every version of every program with its time; the source of truth, from which the
 * program store is rebuilt.
 */
export interface ProgramTableWriter {
  /**
   * Keeps the version; what became of it is told by its place among the others. Repeating a put is harmless:
   * it then answers `same`. Rejects when the table does not answer, at `deadlineMs` (monotonic) if that comes
   * first; the version may then be in its history and not yet the newest, which a repeated put mends. Rejects
   * with UnreadableItem where a row of the program can't be read that it has to be compared with.
   */
  put(program: ProgramVersion, storedAtMs: number, deadlineMs?: number): Promise<TablePutOutcome>;
  close(): Promise<void>;
}

/** The same for who reads it: people, and the rebuild. */
export interface ProgramTableReader {
  /** The newest version by one consistent read; null if there never was one. */
  latest(id: string): Promise<StoredVersion | null>;
  /**
   * The newest version of each program, tombstones included, without reading their histories. Rejects at a
   * row that is no program: to leave it out would be to call it unknown.
   */
  all(): AsyncIterable<StoredVersion>;
  /** Every version of one program, newest first. */
  history(id: string): AsyncIterable<StoredVersion>;
  close(): Promise<void>;
}

/**
 * stored: the newest now. same: was the newest already. older: a newer one exists. conflict: equal version,
 * other body; the first stays.
 */
export type TablePutOutcome = 'stored' | 'same' | 'older' | 'conflict';

export interface StoredVersion {
  readonly program: ProgramVersion;
  readonly storedAtMs: number;
}
