import { mixed } from './mixed.ts';
import { outage } from './outage.ts';
import { ramp } from './ramp.ts';
import type { Scenario } from './scenario.ts';
import { spike } from './spike.ts';
import { steady } from './steady.ts';

export const scenarios: readonly Scenario[] = [steady, spike, ramp, mixed, outage];
