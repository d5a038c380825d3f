import { innerRecordBytes, putInnerRecord } from '@trackline/proto/kpl-run';
import type { BufferPool } from './buffer-pool.ts';
import type { EventRun } from './spool.ts';

/** How much room a page begins with, where it is not likely to be filled. */
const roomBytesMin = 4 * 1024;

/** Where an event stands besides: of a spool in memory, nowhere. */
export type Place = object | null;

/** A run, with where its events stand. */
export interface PlacedRun<P extends Place> extends EventRun {
  readonly place: P;
  /** The buffer that holds its records, and nobody else's; null where others share it. */
  readonly room: Buffer | null;
}

/**
 * Consecutive events of one writer, encoded one behind the other into one buffer, as an aggregate will have them. An
 * object and a buffer for each would live for as long as they wait, and be copied by the garbage collector.
 */
export class EventPage<P extends Place> {
  readonly writer: string;
  readonly place: P;
  readonly #first: number;
  readonly #bytesMax: number;
  readonly #pool: BufferPool;
  #records: Buffer;
  #length = 0;
  /** Of each event: where its record ends, when it was accepted, and its offset in the place. */
  readonly #ends: number[] = [];
  readonly #acceptedAtMs: number[] = [];
  readonly #offsets: number[] = [];
  #taken = 0;

  /**
   * @param bytesMax what its records may take, but for a lone one
   * @param pool of buffers of that size
   * @param isLikelyFull whether it is likely to be filled: else it begins small, and grows
   */
  constructor(
    writer: string,
    place: P,
    first: number,
    bytesMax: number,
    pool: BufferPool,
    isLikelyFull: boolean,
  ) {
    this.writer = writer;
    this.place = place;
    this.#first = first;
    this.#bytesMax = bytesMax;
    this.#pool = pool;
    this.#records = isLikelyFull ? pool.take(bytesMax) : Buffer.allocUnsafeSlow(roomBytesMin);
  }

  /** How many events are left in it, and what their records take. */
  get count(): number {
    return this.#ends.length - this.#taken;
  }

  get bytes(): number {
    return this.#length - this.#takenBytes;
  }

  /** What the records of all that came take. */
  get filledBytes(): number {
    return this.#length;
  }

  /** Of the oldest event that is left. */
  get sequence(): number {
    return this.#first + this.#taken;
  }

  get acceptedAtMs(): number {
    return this.#acceptedAtMs[this.#taken]!;
  }

  get offset(): number {
    return this.#offsets[this.#taken]!;
  }

  /** Whether the event can be its next. */
  admits(place: P, sequence: number, dataBytes: number): boolean {
    return (
      place === this.place &&
      sequence === this.#first + this.#ends.length &&
      this.#length + innerRecordBytes(dataBytes) <= this.#bytesMax
    );
  }

  /** Adds an event. Gives what its record takes. */
  push(data: Uint8Array, acceptedAtMs: number, offset: number): number {
    const start = this.#length;
    this.#makeRoom(innerRecordBytes(data.length));
    this.#length = putInnerRecord(this.#records, start, data);
    this.#ends.push(this.#length);
    this.#acceptedAtMs.push(acceptedAtMs);
    this.#offsets.push(offset);
    return this.#length - start;
  }

  /** Takes the oldest events, of up to so many bytes; at least one. */
  take(bytesMax: number, eventsMax: number): PlacedRun<P> {
    const { writer, place, sequence: first, acceptedAtMs } = this;
    const from = this.#takenBytes;
    const taken = this.#taken;
    do this.#taken++;
    while (this.count > 0 && this.#taken - taken < eventsMax && this.#ends[this.#taken]! - from <= bytesMax);
    const records = this.#records.subarray(from, this.#takenBytes);
    const room = from === 0 && this.count === 0 ? this.#records : null;
    return { writer, first, last: this.sequence - 1, records, acceptedAtMs, place, room };
  }

  get #takenBytes(): number {
    return this.#taken === 0 ? 0 : this.#ends[this.#taken - 1]!;
  }

  /** What was taken keeps the buffer that it was taken from. */
  #makeRoom(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#records.length) return;
    const doubled = Math.max(needed, 2 * this.#records.length);
    const larger = 2 * doubled < this.#bytesMax ? Buffer.allocUnsafeSlow(doubled) : this.#pool.take(needed);
    larger.set(this.#records.subarray(0, this.#length));
    this.#records = larger;
  }
}
