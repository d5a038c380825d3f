import { runOverheadBytes } from '@trackline/proto/kpl-run';
import { BufferPool } from './buffer-pool.ts';
import { EventPage, type Place, type PlacedRun } from './event-page.ts';

/** Buffers that are kept for pages to come: of half a second under full load. */
const sparesMax = 64;

/** The longest that keys can be: Kinesis takes 256 characters, and a hash of 128 bits. */
const overheadBytesMax = runOverheadBytes('k'.repeat(256), (2n ** 128n - 1n).toString());

/** What the records of an aggregate may take that takes so many bytes itself, under whichever keys. */
export function recordBytesMax(aggregateBytesMax: number): number {
  return aggregateBytesMax - overheadBytesMax;
}

/** Events of one writer that wait to be taken, first in, first out, a page for each aggregate. */
export class EventQueue<P extends Place> {
  readonly #writer: string;
  readonly #pageBytesMax: number;
  #pages: EventPage<P>[] = [];
  #bytes = 0;
  #length = 0;
  readonly #pool: BufferPool;
  /** Whether the latest page came to be filled by half: the next one is likely to, too. */
  #isLikelyFull = false;

  constructor(writer: string, aggregateBytesMax: number) {
    this.#writer = writer;
    this.#pageBytesMax = recordBytesMax(aggregateBytesMax);
    this.#pool = new BufferPool(this.#pageBytesMax, sparesMax);
  }

  /** What the records of all that waits take. */
  get bytes(): number {
    return this.#bytes;
  }

  get length(): number {
    return this.#length;
  }

  /** The page with the oldest event. */
  get oldest(): EventPage<P> | undefined {
    return this.#pages[0];
  }

  /** @param offset of the event in its place */
  push(sequence: number, data: Uint8Array, acceptedAtMs: number, place: P, offset: number): void {
    let page = this.#pages.at(-1);
    if (page === undefined || !page.admits(place, sequence, data.length)) {
      if (page !== undefined) this.#left(page);
      page = new EventPage(this.#writer, place, sequence, this.#pageBytesMax, this.#pool, this.#isLikelyFull);
      this.#pages.push(page);
    }
    this.#bytes += page.push(data, acceptedAtMs, offset);
    this.#length++;
  }

  /** Takes the oldest events, as long as they are consecutive and of one place; null where none wait. */
  take(bytesMax: number, eventsMax = Number.POSITIVE_INFINITY): PlacedRun<P> | null {
    const [page] = this.#pages;
    if (page === undefined) return null;
    const run = page.take(bytesMax, eventsMax);
    if (page.count === 0) {
      this.#pages.shift();
      if (this.#pages.length === 0) this.#left(page);
    }
    this.#bytes -= run.records.length;
    this.#length -= run.last - run.first + 1;
    return run;
  }

  /** Nobody looks at the run's records any more. */
  giveBack({ room }: PlacedRun<P>): void {
    if (room !== null) this.#pool.give(room);
  }

  /** Forgets all that waits, and gives it. */
  clear(): readonly EventPage<P>[] {
    const dropped = this.#pages;
    this.#pages = [];
    this.#bytes = 0;
    this.#length = 0;
    return dropped;
  }

  #left({ filledBytes }: EventPage<P>): void {
    this.#isLikelyFull = 2 * filledBytes >= this.#pageBytesMax;
  }
}
