import { Simulation } from './simulation.ts';
import { type ProductionParts, productionParts } from './world/production-parts.ts';

export interface SimulateOptions {
  readonly seed: number;
  readonly steps: number;
  readonly parts?: ProductionParts;
  /** Told each thing that happens, for a person. */
  readonly say?: (line: string) => void;
}

export interface SimulationResult {
  readonly seed: number;
  /** What did not hold, each in a sentence; none where all did. */
  readonly violations: readonly string[];
  /** The same for the same seed and code. */
  readonly traceHash: string;
  readonly offered: number;
  readonly accepted: number;
  readonly stored: number;
  /** How much time went by in it. */
  readonly seconds: number;
}

/** Runs one seed: random steps, a phase without faults, and the promises. All chance comes from the seed. */
export async function simulate({ seed, steps, parts, say }: SimulateOptions): Promise<SimulationResult> {
  return new Simulation({ seed, parts: parts ?? productionParts, say: say ?? null }).run(steps);
}
