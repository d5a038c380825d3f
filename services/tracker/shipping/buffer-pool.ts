/**
 * Buffers of one size that are used again: each new one of 128 KiB is memory outside of V8's heap, and with a hundred a
 * second V8 collects all of the heap twice a second, for 4 of the 24 µs that a call took (Node 24).
 */
export class BufferPool {
  readonly #bytes: number;
  readonly #countMax: number;
  readonly #spares: Buffer[] = [];

  /** @param countMax how many are kept while nobody uses them */
  constructor(bytes: number, countMax: number) {
    this.#bytes = bytes;
    this.#countMax = countMax;
  }

  /** A buffer with room for so many bytes, and with anything in it. */
  take(bytes: number): Buffer {
    if (bytes > this.#bytes) return Buffer.allocUnsafeSlow(bytes);
    return this.#spares.pop() ?? Buffer.allocUnsafeSlow(this.#bytes);
  }

  /** Nobody looks at the buffer any more. */
  give(buffer: Buffer): void {
    if (buffer.length === this.#bytes && this.#spares.length < this.#countMax) this.#spares.push(buffer);
  }
}
