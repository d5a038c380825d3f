import { steady as level } from '../engine/arrivals.ts';
import { usualMix } from '../traffic/mix.ts';
import type { Scenario } from './scenario.ts';

const factor = 5;

/** A mail goes out, a match ends: all at once there are five times as many. */
export const spike: Scenario = {
  name: 'spike',
  tells: `${factor} times the rate in the third fifth of the run`,
  mix: usualMix,
  phases: (rate, durationMs) => [
    ...level(rate, (2 * durationMs) / 5),
    ...level(factor * rate, durationMs / 5),
    ...level(rate, (2 * durationMs) / 5),
  ],
};
