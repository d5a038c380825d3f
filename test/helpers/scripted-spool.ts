import type { TrackingEvent } from '@trackline/domain/tracking-event';
import type { Durability } from '@trackline/tracker/shipping/durability';
import type {
  EndedWriter,
  Settle,
  Spool,
  SpoolAccount,
  SpoolOutcome,
} from '@trackline/tracker/shipping/spool';

/**
 * A spool that settles as its test says, at once or when it is told to, and hands nothing out: what is accepted
 * stays unsent.
 */
export class ScriptedSpool implements Spool {
  readonly writer = 'writer-1';
  /** What becomes of each event, by its type or whatever else; null: it waits for `settle`. */
  outcome: (event: TrackingEvent) => SpoolOutcome | null = () => 'accepted';
  queuedBytes = 0;
  /** What it was given, and how safe each was to be. */
  readonly given: { readonly event: TrackingEvent; readonly durability: Durability }[] = [];
  /** Whether what it has accepted survives the process. */
  onDisk = true;
  closed = false;
  #accepted = 0;
  #waiting: ((outcome: SpoolOutcome) => void)[] = [];

  accept<Call>(event: TrackingEvent, durability: Durability, settle: Settle<Call>, call: Call): void {
    this.given.push({ event, durability });
    const become = (outcome: SpoolOutcome) => {
      if (outcome === 'accepted' || outcome === 'unconfirmed') this.#accepted++;
      settle(outcome, call);
    };
    const outcome = this.outcome(event);
    if (outcome === null) this.#waiting.push(become);
    else become(outcome);
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Settles all that waits. */
  settle(outcome: SpoolOutcome): void {
    for (const become of this.#waiting.splice(0)) become(outcome);
  }

  account(): SpoolAccount {
    return {
      acceptedThrough: this.#accepted,
      sentThrough: 0,
      unsent: this.#accepted,
      unsentSinceMs: null,
      unconfirmed: 0,
      atRisk: this.onDisk ? 0 : this.#accepted,
      usedBytes: 0,
      bytesMax: 1,
      writable: true,
      onDisk: this.onDisk,
    };
  }

  ended(): readonly EndedWriter[] {
    return [];
  }

  forget(): void {}

  async close(): Promise<void> {
    this.closed = true;
  }

  take(): null {
    return null;
  }

  release(): void {}

  readonly waitingBytes = 0;
  readonly waitingSinceMs = null;

  onWaiting(): void {}
}
