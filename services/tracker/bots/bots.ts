import { isbot } from 'isbot';
import { LRUCache } from 'lru-cache';
import type { Limits } from '../limits.ts';
import { ownText } from '../own-text.ts';
import type { IabList } from './iab-list.ts';

/** Tells robots by how they name themselves; what they send is flagged, and kept. */
export interface BotFilter {
  isBot(userAgent: string): boolean;
}

export interface BotFilterOptions {
  /** The list of the IAB, beside our own; null: there is none. */
  readonly iabList: IabList | null;
  readonly limits: Pick<Limits, 'userAgentsMax' | 'userAgentCharsMax'>;
}

/**
 * Who gives no user agent is a robot: a browser always does, and the IAB's method counts valid browsers only
 * ("IAB/ABC International Spiders & Bots List"). What stands behind the part that an event keeps makes no robot.
 * Answers are remembered: a first look costs 2 µs, with a list 6, a second 0.1.
 */
export function buildBotFilter({ iabList, limits }: BotFilterOptions): BotFilter {
  const { userAgentsMax, userAgentCharsMax } = limits;
  const known = new LRUCache<string, boolean>({ max: userAgentsMax });
  return {
    isBot(userAgent) {
      if (userAgent === '') return true;
      const start =
        userAgent.length > userAgentCharsMax ? ownText(userAgent.slice(0, userAgentCharsMax)) : userAgent;
      let answer = known.get(start);
      if (answer === undefined) {
        answer = isbot(start) || (iabList?.has(start) ?? false);
        known.set(start, answer);
      }
      return answer;
    },
  };
}
