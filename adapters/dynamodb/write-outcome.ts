/**
 * What became of one item that was to be written. Written twice is written once: every write of the event
 * store may be repeated.
 */
export type WriteOutcome = { readonly ok: true } | WriteFailure;

export interface WriteFailure {
  readonly ok: false;
  /**
   * The table's own error code, or one of ours: `ItemTooLarge`, `Unprocessed` (the table had no room for it
   * until the deadline), `ItemUnreadable` (it depends on a row that this build can't read), `DeadlineExceeded`.
   */
  readonly code: string;
  /** What exactly was wrong, for a person. */
  readonly detail: string;
  /** Whether the same item may be taken another time. False: it never will, whatever anybody does. */
  readonly retriable: boolean;
}

export const written: WriteOutcome = Object.freeze({ ok: true });

/** Whether nobody will ever get this written: what it came from is a dead letter. */
export function isHopeless(outcome: WriteOutcome): outcome is WriteFailure {
  return !outcome.ok && !outcome.retriable;
}

/** The code of an item that is larger than a table takes. */
export const itemTooLarge = 'ItemTooLarge';

/** The code of what depends on a row that this build can't read (unreadable-item.ts). */
export const itemUnreadable = 'ItemUnreadable';
