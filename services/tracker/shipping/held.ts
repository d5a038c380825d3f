import type { RandomBytes } from '@trackline/domain/message-id';
import type { Limits } from '../limits.ts';
import { Aggregate } from './aggregate.ts';
import type { SpoolOutlet } from './spool.ts';

export interface HeldOptions {
  readonly spool: SpoolOutlet;
  readonly randomBytes: RandomBytes;
  readonly limits: Pick<Limits, 'aggregateBytesMax' | 'putRecordsMax' | 'putBytesMax' | 'heldAggregatesMax'>;
}

/** The longest partition key that Kinesis takes. */
const keyBytesMax = 256;

/**
 * What the sender holds: taken from the spool and not on the stream yet, under way, at rest, or due to be sent again.
 * It is counted from its cut to its release, so that it can be bounded; and calls are made of it.
 */
export class Held {
  readonly #options: HeldOptions;
  /** To be sent again now. */
  #due: Aggregate[] = [];
  #aggregates = 0;
  #bytes = 0;

  constructor(options: HeldOptions) {
    this.#options = options;
  }

  get aggregates(): number {
    return this.#aggregates;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Whether one more aggregate may be held, where all may take `bytesMax`. */
  hasRoom(bytesMax: number): boolean {
    const { heldAggregatesMax, aggregateBytesMax } = this.#options.limits;
    return this.#aggregates < heldAggregatesMax && this.#bytes + aggregateBytesMax <= bytesMax;
  }

  /**
   * What goes into the next call: what is due again first, then what `cut` gives, until that is nothing; it is told how
   * many others the call has already.
   */
  assemble(cut: (others: number) => Aggregate | null): Aggregate[] {
    const { putRecordsMax, putBytesMax, aggregateBytesMax } = this.#options.limits;
    const call: Aggregate[] = [];
    let bytes = 0;
    while (call.length < putRecordsMax) {
      const next = this.#due[call.length];
      if (next === undefined || bytes + next.bytes > putBytesMax) break;
      call.push(next);
      bytes += next.bytes;
    }
    this.#due = this.#due.slice(call.length);
    // A new one may come out at its full size, and its key counts too.
    const newBytesMax = aggregateBytesMax + keyBytesMax;
    while (call.length < putRecordsMax && bytes + newBytesMax <= putBytesMax) {
      const next = cut(call.length);
      if (next === null) break;
      call.push(next);
      bytes += next.bytes;
    }
    return call;
  }

  /** Takes a new aggregate from the spool; null where that hands out nothing. */
  cut(): Aggregate | null {
    const { spool, randomBytes, limits } = this.#options;
    const aggregate = Aggregate.cut(spool, limits.aggregateBytesMax, randomBytes);
    if (aggregate === null) return null;
    this.#aggregates++;
    this.#bytes += aggregate.bytes;
    return aggregate;
  }

  /** The next calls have these first. */
  sendAgain(aggregates: readonly Aggregate[]): void {
    this.#due.push(...aggregates);
  }

  /** Gives each a fresh hash key, since it may be its shard that is over its rate, or ails. */
  rekey(aggregates: readonly Aggregate[]): void {
    for (const aggregate of aggregates) {
      this.#bytes -= aggregate.bytes;
      aggregate.rekey(this.#options.randomBytes);
      this.#bytes += aggregate.bytes;
    }
  }

  /** The stream has it, and so the spool may forget it. */
  release(aggregate: Aggregate): void {
    this.#aggregates--;
    this.#bytes -= aggregate.bytes;
    this.#options.spool.release(aggregate.run);
  }
}
