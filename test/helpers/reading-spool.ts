import type { Clock } from '@trackline/domain/clock';
import { encodeEvent } from '@trackline/proto/tracking-event';
import { limits } from '@trackline/tracker/limits';
import { EventQueue } from '@trackline/tracker/shipping/event-queue';
import type { SenderSpool } from '@trackline/tracker/shipping/sender';
import { type EventRun, eventsIn, type SpoolAccount } from '@trackline/tracker/shipping/spool';
import { trackingEvent } from './events.ts';

interface HeldEvent {
  readonly writer: string;
  readonly sequence: number;
  readonly data: Uint8Array;
  readonly acceptedAtMs: number;
}

/** A spool that has to read before it can hand out, as one on a disk has: a test says when it has read. */
export class ReadingSpool implements SenderSpool {
  readonly writer: string;
  readonly #clock: Clock;
  #unread: HeldEvent[] = [];
  #ready: HeldEvent[] = [];
  readonly #unsent = new Map<string, number>();
  #listener: () => void = () => {};
  /** How often it was asked for events. */
  asked = 0;
  queuedBytes = 0;

  constructor(clock: Clock, writer = 'w') {
    this.#clock = clock;
    this.writer = writer;
  }

  /** Events `first … last` of a writer that were accepted so long ago, before this process if need be. */
  hold(writer: string, first: number, last: number, agoMs = 0): void {
    const acceptedAtMs = this.#clock.monotonicMs() - agoMs;
    for (let sequence = first; sequence <= last; sequence++) {
      const data = encodeEvent(trackingEvent(), sequence);
      this.#unread.push({ writer, sequence, data, acceptedAtMs });
    }
    this.#unsent.set(writer, this.#unsentOf(writer) + last - first + 1);
  }

  /** It has read its next events, and tells. */
  read(count = this.#unread.length): void {
    this.#ready.push(...this.#unread.splice(0, count));
    this.#listener();
  }

  take(bytesMax: number): EventRun | null {
    this.asked++;
    const [oldest] = this.#ready;
    if (oldest === undefined) return null;
    const queue = new EventQueue<null>(oldest.writer, limits.aggregateBytesMax);
    for (const { writer, sequence, data, acceptedAtMs } of this.#ready) {
      if (writer !== oldest.writer) break;
      queue.push(sequence, data, acceptedAtMs, null, 0);
    }
    const run = queue.take(bytesMax)!;
    this.#ready = this.#ready.slice(eventsIn(run));
    return run;
  }

  release(run: EventRun): void {
    this.#unsent.set(run.writer, this.#unsentOf(run.writer) - eventsIn(run));
  }

  get waitingBytes(): number {
    return this.#ready.reduce((sum, { data }) => sum + data.length, 0);
  }

  get waitingSinceMs(): number | null {
    return (this.#ready[0] ?? this.#unread[0])?.acceptedAtMs ?? null;
  }

  onWaiting(listener: () => void): void {
    this.#listener = listener;
  }

  account(): SpoolAccount {
    const nothing = { acceptedThrough: 0, sentThrough: 0, unsentSinceMs: null, unconfirmed: 0, atRisk: 0 };
    const room = { usedBytes: 0, bytesMax: 1, writable: true, onDisk: true };
    return { ...nothing, ...room, unsent: this.#unsentOf(this.writer) };
  }

  ended() {
    const others = [...this.#unsent].filter(([writer]) => writer !== this.writer);
    const nothing = { acceptedThrough: 0, sentThrough: 0, unsentSinceMs: null };
    return others.map(([writer, unsent]) => ({ ...nothing, writer, unsent }));
  }

  #unsentOf(writer: string): number {
    return this.#unsent.get(writer) ?? 0;
  }
}
