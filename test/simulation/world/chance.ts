import type { Random } from '@trackline/domain/clock';

/**
 * All chance of a simulation: numbers that only look random (mulberry32), and so are the same for the same seed.
 */
export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** In [0, 1). */
  readonly random: Random = () => {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };

  readonly bytes = (target: Uint8Array): void => {
    for (let i = 0; i < target.length; i++) target[i] = this.int(256);
  };

  /** Chance of its own: what draws from it leaves the rest as it is. */
  fork(): Chance {
    return new Chance(Math.floor(this.random() * 2 ** 32));
  }

  happens(probability: number): boolean {
    return this.random() < probability;
  }

  /** 0 … `max` − 1. */
  int(max: number): number {
    return Math.floor(this.random() * max);
  }

  between(from: number, to: number): number {
    return from + this.random() * (to - from);
  }

  pick<T>(list: readonly T[]): T {
    return list[this.int(list.length)]!;
  }

  /** One of what is there, as often as its weight says. */
  weighted<T>(list: readonly (readonly [weight: number, value: T])[]): T {
    let at = this.random() * list.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, value] of list) {
      at -= weight;
      if (at < 0) return value;
    }
    return list.at(-1)![1];
  }
}
