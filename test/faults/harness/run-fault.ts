import type { Fault, FaultResult, FaultSurroundings } from '../fault.ts';

/** What one fault program showed. */
export interface FaultReport {
  readonly fault: Fault;
  readonly result: FaultResult;
  readonly seconds: number;
  readonly holds: boolean;
}

/** Runs one fault program. One that throws did not hold, and its error says why. */
export async function runFault(fault: Fault, surroundings: FaultSurroundings): Promise<FaultReport> {
  const fromMs = performance.now();
  const result = await fault.run(surroundings).catch(
    (error: Error): FaultResult => ({
      events: null,
      figure: '',
      violations: [`It did not come to its end: ${error.stack ?? error.message}`],
    }),
  );
  const violations = [...result.violations, ...lost(result)];
  return {
    fault,
    result: { ...result, violations },
    seconds: (performance.now() - fromMs) / 1_000,
    holds: violations.length === 0,
  };
}

/** What no program has to say itself: nothing may be missing, and nothing be there twice. */
function lost({ events, violations }: FaultResult): string[] {
  if (events === null || violations.length > 0) return [];
  const { accepted, missing, duplicates } = events;
  return [
    ...(missing > 0 ? [`${missing} of ${accepted} accepted events are missing`] : []),
    ...(duplicates > 0 ? [`${duplicates} items are there beyond one for each accepted event`] : []),
    ...(accepted === 0 ? ['No event was accepted: nothing was shown'] : []),
  ];
}
