import type { Clock } from '@trackline/domain/clock';
import { LRUCache } from 'lru-cache';
import { ownText } from '../own-text.ts';

/**
 * A token bucket for each key: `perSecond` calls a second as a rule, and as many at once after a quiet second.
 * Bounded: where there are more keys than buckets, the one that was used longest ago is forgotten, and begins
 * full again.
 */
export class TokenBuckets {
  readonly #perSecond: number;
  readonly #clock: Clock;
  readonly #buckets: LRUCache<string, Bucket>;

  constructor(perSecond: number, bucketsMax: number, clock: Clock) {
    this.#perSecond = perSecond;
    this.#clock = clock;
    this.#buckets = new LRUCache({ max: bucketsMax });
  }

  /** Takes a token of the key's bucket; false where there is none. */
  take(key: string): boolean {
    const nowMs = this.#clock.monotonicMs();
    const bucket = this.#buckets.get(key);
    if (bucket === undefined) {
      this.#buckets.set(ownText(key), { tokens: this.#perSecond - 1, filledAtMs: nowMs });
      return true;
    }
    const gained = ((nowMs - bucket.filledAtMs) / 1000) * this.#perSecond;
    bucket.tokens = Math.min(this.#perSecond, bucket.tokens + gained);
    bucket.filledAtMs = nowMs;
    if (bucket.tokens < 1) return false;
    bucket.tokens--;
    return true;
  }
}

interface Bucket {
  tokens: number;
  filledAtMs: number;
}
