import type { WriteOutcome } from '@trackline/adapters/dynamodb/write-outcome';

/** Where a write can fail. */
export type WriteTarget = 'events' | 'orders' | 'dead_letters' | 'ledger';

/** Failed writes of one batch that have the same cause. */
export interface FailureSummary {
  readonly target: WriteTarget;
  readonly code: string;
  /** The first one's, for a person. */
  readonly detail: string;
  readonly count: number;
}

/** The failed writes of one batch, and so the records that must come again. */
export class Failures {
  readonly #sequenceNumbers = new Set<string>();
  readonly #summary = new Map<string, { readonly first: FailureSummary; count: number }>();

  /** Notes what became of a write for a record. */
  add(target: WriteTarget, sequenceNumber: string, outcome: WriteOutcome): void {
    if (outcome.ok) return;
    const { code, detail } = outcome;
    this.#sequenceNumbers.add(sequenceNumber);
    const cause = `${target} ${code}`;
    const known = this.#summary.get(cause);
    if (known) known.count++;
    else this.#summary.set(cause, { first: { target, code, detail, count: 1 }, count: 1 });
  }

  addAll(
    target: WriteTarget,
    writes: readonly { readonly sequenceNumber: string }[],
    outcomes: readonly WriteOutcome[],
  ): void {
    writes.forEach(({ sequenceNumber }, index) => {
      this.add(target, sequenceNumber, outcomes[index]!);
    });
  }

  has(sequenceNumber: string): boolean {
    return this.#sequenceNumbers.has(sequenceNumber);
  }

  /** One line for each cause. */
  summary(): FailureSummary[] {
    return [...this.#summary.values()].map(({ first, count }) => ({ ...first, count }));
  }
}
