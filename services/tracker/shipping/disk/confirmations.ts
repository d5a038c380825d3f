import type { Clock, Timer } from '@trackline/domain/clock';
import type { EventRun, Settle } from '../spool.ts';
import { SequenceSet } from './sequence-set.ts';

/** An event that is on the disk, and whose caller waits for the stream to have it, too. */
export interface Unconfirmed {
  readonly writer: string;
  readonly sequence: number;
  readonly acceptedAtMs: number;
  readonly settle: Settle<unknown>;
  readonly call: unknown;
}

/**
 * Callers that wait for the event stream. Each hears of it when it has their event, or that it does not have it after
 * some time: whichever is first, and once.
 */
export class Confirmations {
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  /** Oldest first. */
  readonly #waiting = new Map<string, Unconfirmed>();
  /** Those whose callers have given up waiting. */
  readonly #givenUp = new SequenceSet();
  #timer: Timer | null = null;

  constructor(clock: Clock, timeoutMs: number) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
  }

  /** Events of which the caller was told that the stream did not confirm them, and that it still does not have. */
  get unconfirmed(): number {
    return this.#givenUp.size;
  }

  wait(event: Unconfirmed): void {
    this.#waiting.set(keyOf(event.writer, event.sequence), event);
    this.#arm();
  }

  /** The stream has the run. */
  confirm({ writer, first, last }: EventRun): void {
    if (this.#waiting.size === 0 && this.#givenUp.size === 0) return;
    for (let sequence = first; sequence <= last; sequence++) {
      const key = keyOf(writer, sequence);
      const event = this.#waiting.get(key);
      this.#waiting.delete(key);
      this.#givenUp.delete(writer, sequence);
      event?.settle('accepted', event.call);
    }
  }

  /** Nobody waits any longer. */
  giveUp(): void {
    this.#timer?.cancel();
    this.#timer = null;
    for (const key of this.#waiting.keys()) this.#tell(key);
  }

  #tell(key: string): void {
    const event = this.#waiting.get(key)!;
    this.#waiting.delete(key);
    this.#givenUp.add(event.writer, event.sequence);
    event.settle('unconfirmed', event.call);
  }

  #arm(): void {
    const [oldest] = this.#waiting.values();
    if (this.#timer !== null || oldest === undefined) return;
    const leftMs = oldest.acceptedAtMs + this.#timeoutMs - this.#clock.monotonicMs();
    this.#timer = this.#clock.after(Math.max(0, leftMs), () => {
      this.#timer = null;
      const dueMs = this.#clock.monotonicMs() - this.#timeoutMs;
      for (const [key, { acceptedAtMs }] of this.#waiting) {
        if (acceptedAtMs > dueMs) break;
        this.#tell(key);
      }
      this.#arm();
    });
  }
}

function keyOf(writer: string, sequence: number): string {
  return `${writer} ${sequence}`;
}
