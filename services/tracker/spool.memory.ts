import type { Clock } from '@trackline/domain/clock';
import type { TrackingEvent } from '@trackline/domain/tracking-event';
import { encodeEvent } from '@trackline/proto/tracking-event';
import type { Spool, SpooledEvent, SpoolOutcome, SpoolState } from './spool.ts';

export interface MemorySpoolOptions {
  readonly writer: string;
  readonly clock: Clock;
  readonly bytesMax: number;
}

/** What an event holds besides its bytes: the objects around them, roughly. Without it, many small events would outgrow the bound. */
const overheadBytes = 128;

/** When so many places at the head are empty, the array moves up: rarely enough to cost nothing per event. */
const compactAt = 4096;

/**
 * The spool in memory: it survives an outage of the stream while there is room, and an orderly end; a kill loses what it holds. Each start is a new writer.
 */
export class MemorySpool implements Spool {
  readonly writer: string;
  waitingBytes = 0;
  onAccepted = () => {};
  readonly #clock: Clock;
  readonly #bytesMax: number;
  #queue: SpooledEvent[] = [];
  #head = 0;
  #sequence = 0;
  #held = 0;
  #heldBytes = 0;

  constructor({ writer, clock, bytesMax }: MemorySpoolOptions) {
    this.writer = writer;
    this.#clock = clock;
    this.#bytesMax = bytesMax;
  }

  accept(event: TrackingEvent, settle: (outcome: SpoolOutcome) => void): void {
    const bytes = encodeEvent(event, this.writer, this.#sequence + 1);
    const size = bytes.length + overheadBytes;
    if (this.#heldBytes + size > this.#bytesMax) {
      settle('full');
      return;
    }
    this.#sequence++;
    this.#queue.push({ sequence: this.#sequence, bytes, acceptedAtMs: this.#clock.monotonicMs() });
    this.waitingBytes += bytes.length;
    this.#held++;
    this.#heldBytes += size;
    settle('accepted');
    this.onAccepted();
  }

  take(fits: (event: SpooledEvent) => boolean): SpooledEvent[] {
    const taken: SpooledEvent[] = [];
    for (; this.#head < this.#queue.length; this.#head++) {
      const event = this.#queue[this.#head]!;
      if (!fits(event)) break;
      taken.push(event);
      this.waitingBytes -= event.bytes.length;
    }
    this.#compact();
    return taken;
  }

  release(events: readonly SpooledEvent[]): void {
    this.#held -= events.length;
    for (const { bytes } of events) this.#heldBytes -= bytes.length + overheadBytes;
  }

  state(): SpoolState {
    return {
      acceptedThrough: this.#sequence,
      waiting: this.#queue.length - this.#head,
      waitingSinceMs: this.#queue[this.#head]?.acceptedAtMs ?? null,
      held: this.#held,
      heldBytes: this.#heldBytes,
      bytesMax: this.#bytesMax,
    };
  }

  #compact(): void {
    if (this.#head === this.#queue.length) {
      this.#queue = [];
      this.#head = 0;
    } else if (this.#head >= compactAt && this.#head * 2 > this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
  }
}
