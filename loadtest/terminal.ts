import type { WriteStream } from 'node:tty';

/** Of progress, a log gets a line in so many. */
const logsOneIn = 5;

/**
 * What a person reads while a load runs: on a terminal progress overwrites itself, in a log it is a line at
 * times.
 */
export class Terminal {
  readonly #to: Pick<WriteStream, 'write' | 'isTTY' | 'columns'>;
  #isAmid = false;
  #told = 0;

  constructor(to: Pick<WriteStream, 'write' | 'isTTY' | 'columns'>) {
    this.#to = to;
  }

  say(line: string): void {
    this.done();
    this.#to.write(`${line}\n`);
  }

  progress(line: string): void {
    if (this.#to.isTTY) {
      this.#to.write(`\r\x1b[K  ${line.slice(0, this.#to.columns - 3)}`);
      this.#isAmid = true;
    } else if (this.#told++ % logsOneIn === 0) this.#to.write(`  ${line}\n`);
  }

  /** Whatever stood there as progress goes. */
  done(): void {
    if (this.#isAmid) this.#to.write('\r\x1b[K');
    this.#isAmid = false;
  }
}
