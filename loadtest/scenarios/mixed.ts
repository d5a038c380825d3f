import { steady as level } from '../engine/arrivals.ts';
import { everyRoute } from '../traffic/mix.ts';
import type { Scenario } from './scenario.ts';

export const mixed: Scenario = {
  name: 'mixed',
  tells: 'every route: also batches, beacons, the JSON endpoint, prefetches, preflights',
  mix: everyRoute,
  phases: level,
};
