/** Keeps the first of many by an order, and has no more than twice as many in memory. */
export class FirstOf<T> {
  readonly #max: number;
  readonly #compare: (a: T, b: T) => number;
  #kept: T[] = [];

  /** @param max how many are kept, at least 1 */
  constructor(max: number, compare: (a: T, b: T) => number) {
    this.#max = max;
    this.#compare = compare;
  }

  add(item: T): void {
    this.#kept.push(item);
    if (this.#kept.length >= 2 * this.#max) this.#kept = this.inOrder();
  }

  /** The first of those that were added so far. */
  inOrder(): T[] {
    return this.#kept.toSorted(this.#compare).slice(0, this.#max);
  }
}
