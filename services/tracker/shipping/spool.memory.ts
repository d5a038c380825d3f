import type { Clock } from '@trackline/domain/clock';
import type { TrackingEvent } from '@trackline/domain/tracking-event';
import { encodeEvent } from '@trackline/proto/tracking-event';
import type { Limits } from '../limits.ts';
import type { Durability } from './durability.ts';
import { EventQueue } from './event-queue.ts';
import type { EventRun, Settle, Spool, SpoolAccount, SpooledEvent, SpoolOutcome } from './spool.ts';

export interface MemorySpoolOptions {
  /** A name that no spool had before: what is in memory ends with the process, and so does its writer. */
  readonly writer: string;
  readonly clock: Clock;
  /** All that the spool may hold, overhead included. */
  readonly bytesMax: number;
  readonly limits: Pick<Limits, 'eventBytesMax' | 'eventOverheadBytes' | 'aggregateBytesMax'>;
}

/**
 * A spool in memory: it survives an outage of the stream while there is room, and nothing else. It is `full`
 * from the moment at which its largest possible event might not fit, so that whether an event is accepted
 * does not depend on its size.
 */
export class MemorySpool implements Spool {
  readonly writer: string;
  readonly #options: MemorySpoolOptions;
  readonly #fullAtBytes: number;
  readonly #waiting = new EventQueue<SpooledEvent>();
  /** What was taken and not yet released, oldest first. */
  readonly #taken = new Set<EventRun>();
  #accepted = 0;
  #unsent = 0;
  #heldBytes = 0;
  #listener: () => void = () => {};

  constructor(options: MemorySpoolOptions) {
    this.writer = options.writer;
    this.#options = options;
    const { eventBytesMax, eventOverheadBytes } = options.limits;
    this.#fullAtBytes = options.bytesMax - eventBytesMax - eventOverheadBytes;
  }

  accept<Call>(event: TrackingEvent, _durability: Durability, settle: Settle<Call>, call: Call): void {
    settle(this.#keep(event), call);
  }

  take(fits: (event: SpooledEvent) => boolean): EventRun | null {
    const run = this.#waiting.take(fits);
    if (run !== null) this.#taken.add(run);
    return run;
  }

  release(run: EventRun): void {
    if (!this.#taken.delete(run)) {
      throw new Error(`The events ${run.first}–${run.last} were released twice, or never taken.`);
    }
    for (const event of run.events) this.#heldBytes -= this.#costOf(event);
    this.#unsent -= run.events.length;
  }

  /** Nothing waits to be kept. */
  readonly queuedBytes = 0;

  get waitingBytes(): number {
    return this.#waiting.bytes;
  }

  get waitingSinceMs(): number | null {
    return this.#waiting.oldest?.acceptedAtMs ?? null;
  }

  onWaiting(listener: () => void): void {
    this.#listener = listener;
  }

  account(): SpoolAccount {
    const oldest = this.#taken.values().next().value?.events[0] ?? this.#waiting.oldest;
    return {
      acceptedThrough: this.#accepted,
      sentThrough: oldest === undefined ? this.#accepted : oldest.sequence - 1,
      unsent: this.#unsent,
      unsentSinceMs: oldest?.acceptedAtMs ?? null,
      unconfirmed: 0,
      atRisk: this.#unsent,
      usedBytes: this.#heldBytes,
      bytesMax: this.#options.bytesMax,
      writable: this.#heldBytes <= this.#fullAtBytes,
      onDisk: false,
    };
  }

  /** None: what is in memory ends with its writer. */
  ended(): readonly [] {
    return [];
  }

  forget(): void {}

  async close(): Promise<void> {}

  #keep(event: TrackingEvent): SpoolOutcome {
    if (this.#heldBytes > this.#fullAtBytes) return 'full';
    const sequence = this.#accepted + 1;
    const data = encodeEvent(event, this.writer, sequence);
    if (data.length > this.#options.limits.eventBytesMax) return 'failed';
    const spooled = { writer: this.writer, sequence, data, acceptedAtMs: this.#options.clock.monotonicMs() };
    this.#waiting.push(spooled);
    this.#accepted = sequence;
    this.#unsent++;
    this.#heldBytes += this.#costOf(spooled);
    this.#listener();
    return 'accepted';
  }

  #costOf(event: SpooledEvent): number {
    return event.data.length + this.#options.limits.eventOverheadBytes;
  }
}
