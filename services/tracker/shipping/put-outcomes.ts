import type { PutOutcome } from '@trackline/adapters/event-stream/event-stream';
import type { Aggregate } from './aggregate.ts';

type Failed = Extract<PutOutcome, { readonly ok: false }>;

/** What failed alike in one call. */
export interface Failure {
  readonly outcome: Failed;
  readonly aggregates: Aggregate[];
}

/** What became of a call: what the stream has, and the rest by the code of its failure. */
export interface SortedCall {
  readonly taken: readonly Aggregate[];
  readonly failures: readonly Failure[];
}

const noOutcome: Failed = { ok: false, code: 'NoOutcome', throttled: false, retriable: true };

/** @param outcomes one for each aggregate, in order; one that lacks is a failure */
export function sortByOutcome(call: readonly Aggregate[], outcomes: readonly PutOutcome[]): SortedCall {
  const taken: Aggregate[] = [];
  const failures = new Map<string, Failure>();
  call.forEach((aggregate, index) => {
    const outcome = outcomes[index] ?? noOutcome;
    const alike = outcome.ok ? undefined : failures.get(outcome.code);
    if (outcome.ok) taken.push(aggregate);
    else if (alike) alike.aggregates.push(aggregate);
    else failures.set(outcome.code, { outcome, aggregates: [aggregate] });
  });
  return { taken, failures: [...failures.values()] };
}

/**
 * The stream's port promises not to reject. Should an adapter break that, the call's records count as failed: nothing
 * is known of them.
 */
export function outcomesOfBrokenPort(error: unknown): PutOutcome[] {
  return [{ ...noOutcome, code: error instanceof Error ? error.name : 'Unknown' }];
}
