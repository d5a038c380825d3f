import { usualMix } from '../traffic/mix.ts';
import type { Scenario } from './scenario.ts';

export const ramp: Scenario = {
  name: 'ramp',
  tells: 'from a tenth of the rate up to the rate, in a straight line',
  mix: usualMix,
  phases: (rate, durationMs) => [{ durationMs, fromRate: rate / 10, toRate: rate }],
};
