import { isbot } from 'isbot';
import { LRUCache } from 'lru-cache';

/** Tells robots by how they name themselves; what they send is flagged, and kept. */
export interface BotFilter {
  isBot(userAgent: string): boolean;
}

export interface BotFilterOptions {
  /** User agents whose answer is remembered: a first look costs 2 µs, a second a tenth of it. */
  readonly cacheEntriesMax: number;
}

export function buildBotFilter({ cacheEntriesMax }: BotFilterOptions): BotFilter {
  const known = new LRUCache<string, boolean>({ max: cacheEntriesMax });
  return {
    isBot(userAgent) {
      let answer = known.get(userAgent);
      if (answer === undefined) {
        answer = userAgent === '' || isbot(userAgent);
        known.set(userAgent, answer);
      }
      return answer;
    },
  };
}
