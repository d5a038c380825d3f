import type { Socket } from 'node:net';

/** How bytes pass: each is held up for `delayMs`, and no more than `bytes` go at once, every `everyMs`. */
export interface Pace {
  readonly delayMs: number;
  readonly bytes: number;
  readonly everyMs: number;
}

export const atOnce: Pace = { delayMs: 0, bytes: Number.POSITIVE_INFINITY, everyMs: 0 };

/** Bytes, or what ends them: `end` says that no more come, `close` that nothing is read any more either. */
type Carried = Buffer | 'end' | 'close';

/** What may be on its way in one direction until the sender has to wait. */
const heldBytesMax = 1024 * 1024;

/** One direction of a connection, in order, at a pace that may change at any time. */
export class TcpLine {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #pace: () => Pace;
  #held: { readonly what: Carried; dueMs: number }[] = [];
  #heldBytes = 0;
  #lastDueMs = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | null = null;
  #swallows = false;

  constructor(from: Socket, to: Socket, pace: () => Pace) {
    this.#from = from;
    this.#to = to;
    this.#pace = pace;
    from.on('data', (chunk: Buffer) => this.#carry(chunk));
    from.on('end', () => this.#carry('end'));
    from.on('close', () => this.#carry('close'));
  }

  /** From now on nothing comes out but its end, and whoever sends does not notice. */
  swallow(): void {
    this.#swallows = true;
    this.#held = [];
    this.#heldBytes = 0;
    this.#from.resume();
  }

  /** What is held up goes now. */
  hurry(): void {
    for (const each of this.#held) each.dueMs = 0;
    this.#lastDueMs = Number.NEGATIVE_INFINITY;
    this.#let();
  }

  #carry(what: Carried): void {
    if (this.#swallows && what !== 'close') return;
    const { delayMs, bytes, everyMs } = this.#pace();
    const nowMs = performance.now();
    for (const piece of typeof what === 'string' ? [what] : pieces(what, bytes)) {
      this.#lastDueMs = Math.max(this.#lastDueMs + everyMs, nowMs + delayMs);
      this.#held.push({ what: piece, dueMs: this.#lastDueMs });
    }
    if (typeof what !== 'string') this.#heldBytes += what.length;
    if (this.#heldBytes > heldBytesMax) this.#from.pause();
    this.#let();
  }

  /** Lets out what is due, and looks again when more is. */
  #let(): void {
    clearTimeout(this.#timer ?? undefined);
    const nowMs = performance.now();
    while (this.#held.length > 0 && this.#held[0]!.dueMs <= nowMs) this.#out(this.#held.shift()!.what);
    if (this.#heldBytes <= heldBytesMax) this.#from.resume();
    const [next] = this.#held;
    if (next !== undefined) this.#timer = setTimeout(() => this.#let(), next.dueMs - nowMs).unref();
  }

  #out(what: Carried): void {
    if (what === 'end') this.#to.end();
    else if (what === 'close') this.#to.destroySoon();
    else {
      this.#heldBytes -= what.length;
      if (this.#to.writable) this.#to.write(what);
    }
  }
}

function* pieces(chunk: Buffer, bytes: number): Generator<Buffer> {
  for (let from = 0; from < chunk.length; from += bytes) yield chunk.subarray(from, from + bytes);
}
