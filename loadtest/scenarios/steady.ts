import { steady as level } from '../engine/arrivals.ts';
import { usualMix } from '../traffic/mix.ts';
import type { Scenario } from './scenario.ts';

export const steady: Scenario = {
  name: 'steady',
  tells: 'the same rate all along',
  mix: usualMix,
  phases: level,
};
