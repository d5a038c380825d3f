/** Something that is on from `high` on, and off from `low` on: between the two it stays as it was. */
export class Hysteresis {
  readonly #high: number;
  readonly #low: number;
  #isOn = false;

  constructor(high: number, low: number) {
    this.#high = high;
    this.#low = low;
  }

  get isOn(): boolean {
    return this.#isOn;
  }

  /** Takes the newest value. Returns whether that switched it. */
  see(value: number): boolean {
    const wasOn = this.#isOn;
    this.#isOn = wasOn ? value > this.#low : value >= this.#high;
    return this.#isOn !== wasOn;
  }
}
