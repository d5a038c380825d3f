import type { TrackingEvent } from '@trackline/domain/tracking-event';

/**
 * The spool: where an accepted event waits, safe, until the stream has it.
 *
 * In. `accept` gives the event its place in the account, encodes it once, keeps it, and settles: exactly
 * once, with what became of it. A spool in memory settles before `accept` returns; one on disk when the group
 * that holds the event is on the disk. What the caller needs to know again when it is settled is passed
 * through, so that no closure is made per event.
 *
 * When full. `full` is an answer like any other: nothing was kept, no sequence was used, and later events may
 * be accepted again as room is made. What the spool holds is bounded in bytes and includes all that the
 * sender has taken and not yet released.
 *
 * Out. The sender takes *runs*: consecutive events of one writer. They stay in the spool's account until the
 * sender releases them, in any order, once the stream has them. There is no cursor: what was never released
 * is lost with a spool in memory, and is handed out again at the next start by one on disk. A spool on disk
 * may hand out runs of several writers (it adopts the folders of those that died) and may have to read before
 * it can: it then hands out nothing, and tells when it can.
 */
export interface Spool extends SpoolIntake, SpoolOutlet {
  account(): SpoolAccount;
}

/**
 * accepted: the spool has it. full: there is no room. failed: the event can't be kept; trying it again would
 * not help.
 */
export type SpoolOutcome = 'accepted' | 'full' | 'failed';

export type Settle<Call> = (outcome: SpoolOutcome, call: Call) => void;

export interface SpoolIntake {
  /** Who numbers the events: a name that no spool had before. */
  readonly writer: string;
  /** Calls `settle(outcome, call)` exactly once. Throws nothing but what `settle` throws. */
  accept<Call>(event: TrackingEvent, settle: Settle<Call>, call: Call): void;
}

export interface SpoolOutlet {
  /**
   * Takes the oldest waiting events, as long as they are consecutive events of one writer and `fits` admits
   * them. `fits` is asked once for each, in order, and must admit the first.
   */
  take(fits: (event: SpooledEvent) => boolean): EventRun | null;
  /** The stream has all of the run: the spool may forget it. */
  release(run: EventRun): void;
  /** The encoded bytes of what is ready to be taken. */
  readonly waitingBytes: number;
  /** When the oldest of what waits was accepted (monotonic ms); null when nothing waits. */
  readonly waitingSinceMs: number | null;
  /** Has `listener` called whenever more is ready to be taken. It must return at once. */
  onWaiting(listener: () => void): void;
}

export interface SpooledEvent {
  readonly writer: string;
  readonly sequence: number;
  /** Encoded, with its place in the account. */
  readonly data: Uint8Array;
  /** Monotonic. */
  readonly acceptedAtMs: number;
}

/** The events `first … last` of one writer. */
export interface EventRun {
  readonly writer: string;
  readonly first: number;
  readonly last: number;
  readonly events: readonly SpooledEvent[];
}

/** How the spool's own writer stands. */
export interface SpoolAccount {
  /** The sequence of the newest accepted event; 0 when there was none. */
  readonly acceptedThrough: number;
  /** Everything through here is on the stream; later events may be as well. */
  readonly sentThrough: number;
  readonly unsent: number;
  readonly unsentBytes: number;
  /** When the oldest unsent event was accepted (monotonic ms). */
  readonly unsentSinceMs: number | null;
  /** Whether there is room, and the spool can keep what it is given. */
  readonly writable: boolean;
}
