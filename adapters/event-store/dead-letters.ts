import type { Reason } from '@trackline/domain/verdict';
import type { WriteOutcome } from '../dynamodb/write-outcome.ts';
import type { RecordOrigin } from '../kinesis-records/kinesis-records.ts';

/** The table of dead letters: records that cannot be processed, kept whole with their reason. */
export interface DeadLettersWriter {
  /**
   * Keeps letters until `deadlineMs` (monotonic), one outcome for each, in order. A letter's id follows from
   * where it came from, so a replayed record makes no second one. Never rejects.
   */
  put(letters: readonly DeadLetter[], deadlineMs: number): Promise<readonly WriteOutcome[]>;
  close(): Promise<void>;
}

/** The same for who looks at them. */
export interface DeadLettersReader {
  /**
   * The letters that arrived on one UTC day (`YYYY-MM-DD`), in no order that means anything, without their
   * bytes.
   */
  list(day: string): AsyncIterable<DeadLetterSummary>;
  /** The same of all days. Reads the whole table, bytes and all. */
  listAll(): AsyncIterable<DeadLetterSummary>;
  get(id: string): Promise<WholeDeadLetter | null>;
  close(): Promise<void>;
}

/** The same for who puts them back onto their streams. */
export interface DeadLettersReplayer extends DeadLettersReader {
  /**
   * Notes that a letter was put back, so that it is open no more. Its record, should the stream hand it out once
   * more, makes it open again. Does nothing for a letter that is not there.
   */
  markReplayed(id: string, replayedAtMs: number): Promise<void>;
}

export interface DeadLetter {
  readonly reason: Reason;
  /** What exactly was wrong, for a person; the first 1,000 characters are kept. */
  readonly detail: string;
  readonly bytes: Uint8Array;
  readonly origin: RecordOrigin;
}

export interface DeadLetterSummary {
  /** `YYYY-MM-DD-<hash of the origin>`: the day of arrival, so that an id alone finds its letter. */
  readonly id: string;
  readonly reason: Reason;
  readonly detail: string;
  readonly size: number;
  readonly origin: RecordOrigin;
  /** When it was last put back onto its stream; null: it was not, and is open. */
  readonly replayedAtMs: number | null;
}

export type WholeDeadLetter = DeadLetterSummary & { readonly bytes: Uint8Array };
