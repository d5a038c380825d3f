import type { Random } from '@trackline/domain/clock';
import { seededRandom } from '../../helpers/seeded-random.ts';

/** All chance of a simulation: the same for the same seed. */
export class Chance {
  /** In [0, 1). */
  readonly random: Random;

  constructor(seed: number) {
    this.random = seededRandom(seed);
  }

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
