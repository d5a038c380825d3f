import type { Clock } from '@trackline/domain/clock';
import { networkOf } from '@trackline/domain/privacy';
import type { Limits } from '../limits.ts';
import { TokenBuckets } from './token-buckets.ts';

/** Calls a second, on one program and from one address; 0 is no limit. */
export interface RateSettings {
  readonly programPerSecond: number;
  readonly addressPerSecond: number;
}

/** The limits on how often may be called, which an operator may set: of this tracker, not of all together. */
export class RateLimits {
  readonly #programs: TokenBuckets | null;
  readonly #addresses: TokenBuckets | null;

  constructor(settings: RateSettings, { rateBucketsMax }: Pick<Limits, 'rateBucketsMax'>, clock: Clock) {
    const buckets = (perSecond: number) =>
      perSecond === 0 ? null : new TokenBuckets(perSecond, rateBucketsMax, clock);
    this.#programs = buckets(settings.programPerSecond);
    this.#addresses = buckets(settings.addressPerSecond);
  }

  /** Whether a call from this address is one too many; null where it is not. */
  ofAddress(ip: string): 'rate_limited_address' | null {
    const isFree = this.#addresses === null || this.#addresses.take(networkOf(ip));
    return isFree ? null : 'rate_limited_address';
  }

  /** Whether a call on this program is one too many; null where it is not. */
  ofProgram(programId: string): 'rate_limited_program' | null {
    const isFree = this.#programs === null || this.#programs.take(programId);
    return isFree ? null : 'rate_limited_program';
  }
}
