import type { Clock } from '@trackline/domain/clock';
import type { TrackingEvent } from '@trackline/domain/tracking-event';
import { encodeEventView } from '@trackline/proto/event-encoder';
import { innerRecordBytes } from '@trackline/proto/kpl-run';
import type { Limits } from '../limits.ts';
import type { Durability } from './durability.ts';
import type { PlacedRun } from './event-page.ts';
import { EventQueue } from './event-queue.ts';
import {
  type EventRun,
  eventsIn,
  type Settle,
  type Spool,
  type SpoolAccount,
  type SpoolOutcome,
} from './spool.ts';

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
  readonly #waiting: EventQueue<null>;
  /** What was taken and not yet released, oldest first. */
  readonly #taken = new Set<EventRun>();
  #accepted = 0;
  #unsent = 0;
  #heldBytes = 0;
  #listener: () => void = () => {};

  constructor(options: MemorySpoolOptions) {
    this.writer = options.writer;
    this.#options = options;
    const { eventBytesMax, eventOverheadBytes, aggregateBytesMax } = options.limits;
    this.#waiting = new EventQueue(options.writer, aggregateBytesMax);
    this.#fullAtBytes = options.bytesMax - innerRecordBytes(eventBytesMax) - eventOverheadBytes;
  }

  accept<Call>(event: TrackingEvent, _durability: Durability, settle: Settle<Call>, call: Call): void {
    settle(this.#keep(event), call);
  }

  take(bytesMax: number, eventsMax?: number): EventRun | null {
    const run = this.#waiting.take(bytesMax, eventsMax);
    if (run !== null) this.#taken.add(run);
    return run;
  }

  release(run: EventRun): void {
    if (!this.#taken.delete(run)) {
      throw new Error(`The events ${run.first}–${run.last} were released twice, or never taken.`);
    }
    const events = eventsIn(run);
    this.#heldBytes -= run.records.length + events * this.#options.limits.eventOverheadBytes;
    this.#unsent -= events;
    this.#waiting.giveBack(run as PlacedRun<null>);
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
    const [taken] = this.#taken;
    const first = taken?.first ?? this.#waiting.oldest?.sequence;
    return {
      acceptedThrough: this.#accepted,
      sentThrough: first === undefined ? this.#accepted : first - 1,
      unsent: this.#unsent,
      unsentSinceMs: taken?.acceptedAtMs ?? this.waitingSinceMs,
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
    const { clock, limits } = this.#options;
    const sequence = this.#accepted + 1;
    const data = encodeEventView(event, sequence);
    if (data.length > limits.eventBytesMax) return 'failed';
    const before = this.#waiting.bytes;
    this.#waiting.push(sequence, data, clock.monotonicMs(), null, 0);
    this.#accepted = sequence;
    this.#unsent++;
    this.#heldBytes += this.#waiting.bytes - before + limits.eventOverheadBytes;
    this.#listener();
    return 'accepted';
  }
}
