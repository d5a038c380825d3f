import type { Clock } from '@trackline/domain/clock';
import type { Limits } from '../limits.ts';
import type { Sampling, ShownVerdict } from '../watching/verdict-ring.ts';
import type { VerdictSource } from '../watching/verdict-stream.ts';
import type { VerdictsReport } from './messages.ts';

export interface MergedVerdictsOptions {
  readonly clock: Clock;
  readonly limits: Pick<Limits, 'verdictRingEntriesMax' | 'verdictsPushedEveryMs'>;
  /** Asks all workers; of each, the verdicts after the number that `after` gives for its id. */
  ask(after: (id: number) => number): Promise<readonly WorkerVerdicts[]>;
}

/** What one worker has told. */
export interface WorkerVerdicts extends VerdictsReport {
  readonly id: number;
  /** Its place in the cluster. */
  readonly worker: number;
}

const secondMs = 1_000;

/**
 * The verdicts of all workers, numbered anew and each with its worker. They are fetched while somebody reads,
 * and only then: each look has the next ones fetched, and gives what is there.
 */
export class MergedVerdicts implements VerdictSource {
  readonly #options: MergedVerdictsOptions;
  /** By worker, the number of its last verdict that is here. */
  #known = new Map<number, number>();
  #entries: (ShownVerdict & { readonly worker: number })[] = [];
  #number = 0;
  #sampling: Sampling = { seen: 0, shown: 0, oneIn: 1 };
  #sampledAtMs = Number.NEGATIVE_INFINITY;
  #fetchedAtMs = Number.NEGATIVE_INFINITY;
  #isFetching = false;

  constructor(options: MergedVerdictsOptions) {
    this.#options = options;
  }

  after(number: number): readonly ShownVerdict[] {
    void this.#fetch();
    return this.#entries.filter((entry) => entry.number > number);
  }

  get sampling(): Sampling {
    return this.#sampling;
  }

  async #fetch(): Promise<void> {
    const { clock, limits, ask } = this.#options;
    // However many read, nobody is asked more often than for one.
    if (this.#isFetching || clock.monotonicMs() - this.#fetchedAtMs < limits.verdictsPushedEveryMs / 2)
      return;
    this.#isFetching = true;
    this.#fetchedAtMs = clock.monotonicMs();
    this.#take(await ask((id) => this.#known.get(id) ?? 0));
    this.#isFetching = false;
  }

  #take(reports: readonly WorkerVerdicts[]): void {
    const { clock, limits } = this.#options;
    const known = reports.map(
      ({ id, verdicts }) => [id, verdicts.at(-1)?.number ?? this.#known.get(id) ?? 0] as const,
    );
    this.#known = new Map([...this.#known, ...known]);
    const fresh = reports
      .flatMap(({ worker, verdicts }) => verdicts.map((verdict) => ({ ...verdict, worker })))
      .sort((a, b) => (a.at < b.at ? -1 : Number(a.at > b.at)));
    for (const verdict of fresh) this.#entries.push({ ...verdict, number: ++this.#number });
    const kept = limits.verdictRingEntriesMax * Math.max(1, reports.length);
    if (this.#entries.length > kept) this.#entries = this.#entries.slice(-kept);
    if (clock.monotonicMs() - this.#sampledAtMs >= secondMs) {
      this.#sampledAtMs = clock.monotonicMs();
      this.#sampling = summed(reports);
    }
  }

  /** A worker is gone. */
  gone(id: number): void {
    this.#known.delete(id);
  }
}

/** Each worker samples for itself; the sparsest is told. */
function summed(reports: readonly WorkerVerdicts[]): Sampling {
  const sum = (of: (sampling: Sampling) => number) =>
    reports.reduce((all, { sampling }) => all + of(sampling), 0);
  return {
    seen: sum(({ seen }) => seen),
    shown: sum(({ shown }) => shown),
    oneIn: Math.max(1, ...reports.map(({ sampling }) => sampling.oneIn)),
  };
}
