/**
 * The account of events. Each writer numbers what it accepts 1, 2, 3, … without gaps; the consumer books the
 * intervals that it stored; the tracker states, every so often, how far it has accepted. Uniting the
 * intervals tells what is persisted, and what is not: a proof, not a pair of counters that may both be wrong
 * (ledger-balance.ts).
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
  /**
   * Which of them are dead letters: in order, none overlapping another. One that is replayed is booked once more, in
   * a row of its own; this tells it from a duplicate, and the dead letter that is none any more from one that is.
   */
  readonly deadLetters: readonly Interval[];
}

/**
 * What a tracker says of its writer, or of one that it sends the rest of, every 10 s and when it drains. The
 * counts are since `sinceMs`. Times are of the wall clock.
 */
export interface Statement {
  readonly writer: string;
  readonly instance: string;
  readonly atMs: number;
  /**
   * When the process that states began: its life, as one writer may have several. 0: it is of the first release,
   * which said neither this nor anything below `final`.
   */
  readonly sinceMs: number;
  readonly acceptedThrough: number;
  readonly rejected: number;
  readonly shed: number;
  readonly ignored: number;
  /** Accepted in `memory` and given up: the process had to end while the stream would not take them. */
  readonly lost: number;
  /** The last statement of this life: nothing was accepted after it. */
  readonly final: boolean;
  /** All through here are on the stream; later ones may be. */
  readonly sentThrough: number;
  /** How many are not on the stream, and wait in the spool. */
  readonly unsent: number;
  /** When the oldest of them was accepted; 0 where there is none. */
  readonly oldestUnsentAtMs: number;
  /** How many of them were answered "the stream did not confirm it in time". */
  readonly unconfirmed: number;
  /** Whether all that this life answers "accepted" survives its unclean exit. */
  readonly onDisk: boolean;
}

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
