/**
 * What happened, in order. Its hash tells whether two runs are the same; its lines, kept where they are asked for,
 * tell a person what led to a failure.
 */
export class Trace {
  #hash = 0x811c9dc5;
  readonly #say: ((line: string) => void) | null;
  readonly #nowMs: () => number;

  constructor(nowMs: () => number, say: ((line: string) => void) | null) {
    this.#nowMs = nowMs;
    this.#say = say;
  }

  note(who: string, what: string, detail: string | number = ''): void {
    const nowMs = this.#nowMs();
    this.#mix(Math.round(nowMs * 1000));
    this.#text(who);
    this.#text(what);
    if (typeof detail === 'number') this.#mix(detail);
    else this.#text(detail);
    this.#say?.(`${(nowMs / 1000).toFixed(4).padStart(9)} s  ${who.padEnd(12)} ${what} ${detail}`);
  }

  get hash(): string {
    return (this.#hash >>> 0).toString(16).padStart(8, '0');
  }

  #text(text: string): void {
    for (let i = 0; i < text.length; i++) this.#mix(text.charCodeAt(i));
    this.#mix(-1);
  }

  #mix(value: number): void {
    this.#hash = Math.imul(this.#hash ^ value, 0x01000193);
    this.#hash ^= this.#hash >>> 15;
  }
}
