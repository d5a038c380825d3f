import type { TrackingEvent } from '@trackline/domain/tracking-event';
import type { Durability } from './durability.ts';

/**
 * The spool: where an accepted event waits, safe, until the stream has it.
 *
 * In. `accept` gives the event its place in the account, encodes it, keeps it, and settles: exactly once, with
 * what became of it, as soon as the event is as durable as was asked for. `memory` is settled before `accept`
 * returns; `disk` when the group that holds the event is on the disk; `stream` when the stream has it. What the
 * caller needs to know again when it is settled is passed through, so that no closure is made per event. There is
 * one queue: an event that is not waited for goes the same way as one that is.
 *
 * When full. `full` is an answer like any other: nothing was kept, no sequence was used, and later events may
 * be accepted again as room is made. What the spool holds is bounded in bytes and includes all that the
 * sender has taken and not yet released.
 *
 * Out. The sender takes *runs*: consecutive events of one writer. They stay in the spool's account until the
 * sender releases them, in any order, once the stream has them. There is no cursor: what was never released
 * is lost with a spool in memory, and is handed out again at the next start by one on disk. A spool on disk
 * may hand out runs of several writers (it adopts the folders of those that died) and may have to read before
 * it can: it then hands out nothing, and tells when it can. It hands out nothing that is not on the disk: what
 * the stream has, and what is stated, never names a sequence that a crash could give to another event.
 */
export interface Spool extends SpoolIntake, SpoolOutlet, SpoolBooks {
  /**
   * Keeps what was accepted, as far as it can, and takes nothing more: resolves when the spool is as safe as it
   * will be. What is on a disk stays there for the next start.
   */
  close(): Promise<void>;
}

/**
 * accepted: the event is as durable as was asked for. full: there is no room. failed: it can't be kept.
 * unconfirmed: it is kept and will be sent, but the stream did not confirm it in time.
 */
export type SpoolOutcome = 'accepted' | 'full' | 'failed' | 'unconfirmed';

export type Settle<Call> = (outcome: SpoolOutcome, call: Call) => void;

export interface SpoolIntake {
  /** Calls `settle(outcome, call)` exactly once. Throws nothing but what `settle` throws. */
  accept<Call>(event: TrackingEvent, durability: Durability, settle: Settle<Call>, call: Call): void;
  /** The bytes of events that wait to be kept: how far the disk is behind. */
  readonly queuedBytes: number;
}

/** What is known of the account, for statements, metrics and readiness. */
export interface SpoolBooks {
  /** Who numbers the events that are accepted now. */
  readonly writer: string;
  account(): SpoolAccount;
  /** Writers before this one, of this folder or of one that was adopted, whose account is not closed yet. */
  ended(): readonly EndedWriter[];
  /** The ledger has the last statement of an ended writer: nothing is left to be known of it. */
  forget(writer: string): void;
}

/** A writer that accepts nothing any more. */
export interface EndedWriter extends WriterAccount {
  readonly writer: string;
}

export interface SpoolOutlet {
  /**
   * Takes the oldest waiting events, as long as they are consecutive events of one writer and their records take no
   * more than `bytesMax`; the first is taken whatever it takes.
   *
   * @param eventsMax how many at most
   */
  take(bytesMax: number, eventsMax?: number): EventRun | null;
  /** The stream has all of the run: the spool may forget it. */
  release(run: EventRun): void;
  /** What the records of all that is ready to be taken take. */
  readonly waitingBytes: number;
  /** When the oldest of what waits was accepted (monotonic ms); null when nothing waits. */
  readonly waitingSinceMs: number | null;
  /** Has `listener` called whenever more is ready to be taken. It must return at once. */
  onWaiting(listener: () => void): void;
}

/** The events `first … last` of one writer. */
export interface EventRun {
  readonly writer: string;
  readonly first: number;
  readonly last: number;
  /** The encoded events, one behind the other, as they stand inside an aggregate (proto/kpl-run.ts). */
  readonly records: Uint8Array;
  /** When the oldest was accepted (monotonic ms). */
  readonly acceptedAtMs: number;
}

export function eventsIn({ first, last }: Pick<EventRun, 'first' | 'last'>): number {
  return last - first + 1;
}

/** How one writer stands. */
export interface WriterAccount {
  /** The sequence of the newest event that is kept, and so may be stated; 0 when there was none. */
  readonly acceptedThrough: number;
  /** Everything through here is on the stream; later events may be as well. */
  readonly sentThrough: number;
  /** How many are not on the stream; after damage to the disk, at most. */
  readonly unsent: number;
  /** When the oldest unsent event was accepted (monotonic ms); null when all is sent. */
  readonly unsentSinceMs: number | null;
}

/** How the spool and its own writer stand. */
export interface SpoolAccount extends WriterAccount {
  /** Events of which the caller was told that the stream did not confirm them, and that are still unsent. */
  readonly unconfirmed: number;
  /** How many accepted events would be lost if the process ended now. */
  readonly atRisk: number;
  /** What all writers' events take, and what they may take. */
  readonly usedBytes: number;
  readonly bytesMax: number;
  /** Whether there is room, and the spool can keep what it is given. */
  readonly writable: boolean;
  /** Whether every event that is answered accepted survives an unclean exit of the process. */
  readonly onDisk: boolean;
}
