import type { TrackingEvent } from '@trackline/domain/tracking-event';
import { encodeEvent } from '@trackline/proto/tracking-event';
import type { Durability } from '../durability.ts';
import type { Settle } from '../spool.ts';
import { frameOverheadBytes } from './segment-format.ts';

/** An event that was given to the spool, with who waits for it. */
export interface Given {
  readonly event: TrackingEvent;
  readonly durability: Durability;
  readonly settle: Settle<unknown>;
  readonly call: unknown;
  readonly acceptedAtMs: number;
}

/** The same with its place in the account: for good once it is on the disk. */
export interface Waiting extends Given {
  sequence: number;
  data: Uint8Array;
}

/** How far the events are numbered for good. */
interface Numbering {
  readonly acceptedThrough: number;
}

/** Events that wait for the disk, in the order in which they came. */
export class IntakeQueue {
  readonly #eventBytesMax: number;
  #events: Waiting[] = [];
  #bytes = 0;
  #nextSequence: number;

  constructor({ acceptedThrough }: Numbering, eventBytesMax: number) {
    this.#eventBytesMax = eventBytesMax;
    this.#nextSequence = acceptedThrough + 1;
  }

  /** What its events take on the disk, with those of groups that have not left it. */
  get bytes(): number {
    return this.#bytes;
  }

  get isEmpty(): boolean {
    return this.#events.length === 0;
  }

  /** Gives false, and takes nothing, where the event is too large. */
  add(given: Given): boolean {
    const data = encodeEvent(given.event, this.#nextSequence);
    if (data.length > this.#eventBytesMax) return false;
    const { event, durability, settle, call, acceptedAtMs } = given;
    this.#events.push({
      event,
      durability,
      settle,
      call,
      acceptedAtMs,
      sequence: this.#nextSequence++,
      data,
    });
    this.#bytes += frameOverheadBytes + data.length;
    return true;
  }

  /** Takes the oldest events, of up to so many bytes as frames; at least one. They leave it once they are kept. */
  takeGroup(bytesMax: number): readonly Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const { data } of this.#events) {
      bytes += frameOverheadBytes + data.length;
      if (count > 0 && bytes > bytesMax) break;
      count++;
    }
    return this.#events.splice(0, count);
  }

  /** A group is kept. */
  leave(group: readonly Waiting[]): void {
    this.#bytes -= frameBytesOf(group);
  }

  /** A group is not kept: it waits again, before all others. */
  putBack(group: readonly Waiting[]): void {
    this.#events = [...group, ...this.#events];
  }

  /** Takes out those that `leaves` says of, in order. */
  takeOut(leaves: (waiting: Waiting) => boolean): readonly Waiting[] {
    const out = this.#events.filter(leaves);
    this.#events = this.#events.filter((waiting) => !leaves(waiting));
    this.leave(out);
    return out;
  }

  /** Gives those that wait their sequences anew, where some before them were not used or somebody else counts. */
  number({ acceptedThrough }: Numbering): void {
    this.#nextSequence = acceptedThrough + 1;
    for (const waiting of this.#events) {
      waiting.sequence = this.#nextSequence++;
      waiting.data = encodeEvent(waiting.event, waiting.sequence);
    }
    this.#bytes = frameBytesOf(this.#events);
  }
}

/** What events take on the disk. */
export function frameBytesOf(events: readonly Pick<Waiting, 'data'>[]): number {
  return events.reduce((sum, { data }) => sum + frameOverheadBytes + data.length, 0);
}
