import type { Clock } from '@trackline/domain/clock';
import { encodeEvent } from '@trackline/proto/tracking-event';
import type { SenderSpool } from '@trackline/tracker/shipping/sender';
import type { EventRun, SpoolAccount, SpooledEvent } from '@trackline/tracker/shipping/spool';
import { trackingEvent } from './events.ts';

/** A spool that has to read before it can hand out, as one on a disk has: a test says when it has read. */
export class ReadingSpool implements SenderSpool {
  readonly writer: string;
  readonly #clock: Clock;
  #unread: SpooledEvent[] = [];
  #ready: SpooledEvent[] = [];
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
      const data = encodeEvent(trackingEvent(), writer, sequence);
      this.#unread.push({ writer, sequence, data, acceptedAtMs });
    }
    this.#unsent.set(writer, this.#unsentOf(writer) + last - first + 1);
  }

  /** It has read its next events, and tells. */
  read(count = this.#unread.length): void {
    this.#ready.push(...this.#unread.splice(0, count));
    this.#listener();
  }

  take(fits: (event: SpooledEvent) => boolean): EventRun | null {
    this.asked++;
    const events: SpooledEvent[] = [];
    for (const event of this.#ready) {
      const previous = events.at(-1);
      const follows = previous?.writer === event.writer && previous.sequence + 1 === event.sequence;
      if ((previous !== undefined && !follows) || !fits(event)) break;
      events.push(event);
    }
    if (events.length === 0) return null;
    this.#ready = this.#ready.slice(events.length);
    const [first, last] = [events[0]!, events.at(-1)!];
    return { writer: first.writer, first: first.sequence, last: last.sequence, events };
  }

  release({ writer, events }: EventRun): void {
    this.#unsent.set(writer, this.#unsentOf(writer) - events.length);
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
