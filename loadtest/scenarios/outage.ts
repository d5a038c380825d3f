import { steady as level } from '../engine/arrivals.ts';
import { usualMix } from '../traffic/mix.ts';
import type { Scenario } from './scenario.ts';

/** No caller is to notice: events wait in the spool, and the ledger balances in the end. */
export const outage: Scenario = {
  name: 'outage',
  tells: 'the trackers can’t reach Kinesis in the second and the third quarter (own stack only)',
  mix: usualMix,
  phases: level,
  interferences: (durationMs) => [
    { atMs: durationMs / 4, does: 'cutKinesis', label: 'Kinesis cut off' },
    { atMs: (3 * durationMs) / 4, does: 'healKinesis', label: 'Kinesis back' },
  ],
};
