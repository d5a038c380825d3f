/** What a character of base64url stands for (RFC 4648 §5), by its code. */
const sextets = new Uint8Array(128);
for (const [value, character] of [
  ...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_',
].entries()) {
  sextets[character.charCodeAt(0)] = value;
}

const base64url = /^[\w-]*$/;

/** Beyond any id that there is, and far from where adding loses digits. */
const fibonacciMax = 2 ** 31;

/**
 * Reads numbers of some bits out of base64url text, which is not decoded as a whole. Reading behind the end gives zeros
 * and is remembered, so that a reader of a format asks once, at its end, whether all of it was there.
 */
export class Bits {
  readonly #text: string;
  readonly #length: number;
  #at = 0;
  #isOverrun = false;

  private constructor(text: string) {
    this.#text = text;
    this.#length = text.length * 6;
  }

  /** Null where the text is no base64url. */
  static of(text: string): Bits | null {
    return base64url.test(text) ? new Bits(text) : null;
  }

  /** Whether something was read that is not there. */
  get isOverrun(): boolean {
    return this.#isOverrun;
  }

  /** The next `count` bits, 1 to 24, as an unsigned number. */
  int(count: number): number {
    const at = this.#at;
    this.skip(count);
    if (this.#isOverrun) return 0;
    let index = Math.trunc(at / 6);
    const within = at - index * 6;
    let value = sextets[this.#text.charCodeAt(index)]! & (63 >> within);
    let read = 6 - within;
    for (; read < count; read += 6) {
      index += 1;
      value = (value << 6) | sextets[this.#text.charCodeAt(index)]!;
    }
    return value >> (read - count);
  }

  flag(): boolean {
    return this.int(1) === 1;
  }

  skip(count: number): void {
    this.#at += count;
    if (this.#at > this.#length) this.#isOverrun = true;
  }

  /** Whether bit `index`, from 1, of the next `count` is set; all of them are read. */
  flagAmong(index: number, count: number): boolean {
    const from = this.#at;
    this.skip(count);
    if (this.#isOverrun || index > count) return false;
    const at = from + index - 1;
    return ((sextets[this.#text.charCodeAt(Math.trunc(at / 6))]! >> (5 - (at % 6))) & 1) === 1;
  }

  /**
   * A number in Fibonacci coding, which ends with two set bits ("Fibonacci Integer", IAB Global Privacy Platform:
   * Consent String Specification); one of over 31 bits counts as not there.
   */
  fibonacci(): number {
    let value = 0;
    let previous = false;
    for (let weight = 1, next = 2; weight < fibonacciMax; [weight, next] = [next, weight + next]) {
      const bit = this.flag();
      if (bit && previous) return value;
      if (bit) value += weight;
      previous = bit;
    }
    this.#isOverrun = true;
    return 0;
  }
}
