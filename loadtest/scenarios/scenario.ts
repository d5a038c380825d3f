import type { Phase } from '../engine/arrivals.ts';
import type { Mix } from '../traffic/mix.ts';

/** What a load does, and what happens to the stack meanwhile. */
export interface Scenario {
  readonly name: string;
  /** For `--help` and the report. */
  readonly tells: string;
  readonly mix: Mix;
  /** How the rate goes. */
  phases(rate: number, durationMs: number): Phase[];
  /** What is done to the stack, and when; only to one of the harness's own. */
  readonly interferences?: (durationMs: number) => readonly Interference[];
}

export interface Interference {
  readonly atMs: number;
  readonly does: 'cutKinesis' | 'healKinesis';
  /** For the curves of the report. */
  readonly label: string;
}
