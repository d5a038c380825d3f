import type { EventRun, SpooledEvent } from './spool.ts';

/** How many taken events may stand before the waiting ones until they are cut off: rarely, so it costs little. */
const cutEvery = 4096;

/** Events of one writer that wait to be taken, first in, first out. */
export class EventQueue<E extends SpooledEvent> {
  /** What waits, behind `#head` taken ones. */
  #events: E[] = [];
  #head = 0;
  #bytes = 0;

  /** The encoded bytes of what waits. */
  get bytes(): number {
    return this.#bytes;
  }

  get length(): number {
    return this.#events.length - this.#head;
  }

  get oldest(): E | undefined {
    return this.#events[this.#head];
  }

  push(event: E): void {
    this.#events.push(event);
    this.#bytes += event.data.length;
  }

  /** Takes the oldest events, as long as they are consecutive and `fits` admits them; null where none wait. */
  take(fits: (event: SpooledEvent) => boolean): EventRun<E> | null {
    const from = this.#head;
    let sequence = this.oldest?.sequence;
    for (let next = this.oldest; next?.sequence === sequence && next && fits(next); next = this.oldest) {
      this.#head++;
      this.#bytes -= next.data.length;
      sequence = next.sequence + 1;
    }
    const events = this.#events.slice(from, this.#head);
    if (this.#head >= cutEvery || this.#head === this.#events.length) {
      this.#events = this.#events.slice(this.#head);
      this.#head = 0;
    }
    const [oldest, newest] = [events[0], events.at(-1)];
    if (oldest === undefined || newest === undefined) return null;
    return { writer: oldest.writer, first: oldest.sequence, last: newest.sequence, events };
  }

  /** Forgets all that waits, and gives it. */
  clear(): readonly E[] {
    const dropped = this.#events.slice(this.#head);
    this.#events = [];
    this.#head = 0;
    this.#bytes = 0;
    return dropped;
  }
}
