import type { TrackingEvent } from '@trackline/domain/tracking-event';

/**
 * The spool: where an accepted event waits, safe, until the stream has it.
 *
 * - It is one *writer*: what it accepts it numbers 1, 2, 3, … without gaps, and encodes once, with that number.
 * - `accept` settles each event exactly once. `accepted`: it is kept, in the durability that this spool offers. `full`: there is no room, and nothing was kept. `failed`: it could not be
 *   kept. A spool in memory settles at once; one on disk after its group's commit.
 * - The sender *takes* events in sequence, and *releases* what is on the stream, in any order. A taken event holds its room until it is released. There is no cursor: what was
 *   taken and not released when the process dies is, where it survives, sent again.
 * - When the stream is slow or away, the spool fills; when it is full, callers hear so. It never grows beyond its bound.
 */
export interface Spool {
  readonly writer: string;
  accept(event: TrackingEvent, settle: (outcome: SpoolOutcome) => void): void;
  /** The next events in sequence, as long as `fits` says so of each. */
  take(fits: (event: SpooledEvent) => boolean): SpooledEvent[];
  release(events: readonly SpooledEvent[]): void;
  /** Called whenever an event was accepted. One listener: the sender. */
  onAccepted: () => void;
  /** Bytes of events that nobody took yet. */
  readonly waitingBytes: number;
  state(): SpoolState;
}

export type SpoolOutcome = 'accepted' | 'full' | 'failed';

export interface SpooledEvent {
  readonly sequence: number;
  /** The body of its stream record. */
  readonly bytes: Uint8Array;
  /** Monotonic ms. */
  readonly acceptedAtMs: number;
}

export interface SpoolState {
  /** The highest number given. */
  readonly acceptedThrough: number;
  /** Events that nobody took yet, with the time of the oldest (monotonic ms). */
  readonly waiting: number;
  readonly waitingSinceMs: number | null;
  /** Events that are not released, taken ones included, and the room that they hold. */
  readonly held: number;
  readonly heldBytes: number;
  readonly bytesMax: number;
}
