import type { Clock } from '@trackline/domain/clock';
import type { EventType } from '@trackline/domain/tracking-event';
import { type CallReason, reasons, type Verdict } from '@trackline/domain/verdict';
import type { Limits } from './limits.ts';

/** One verdict, as the admin port shows it. */
export interface ShownVerdict {
  readonly atMs: number;
  readonly type: EventType;
  readonly programId: string;
  readonly publisherId: string;
  readonly messageId: string;
  readonly verdict: Verdict;
  readonly reason: CallReason | null;
  /** How many verdicts were left out before this one, because too many came at once. */
  readonly skipped: number;
}

export type VerdictLimits = Pick<Limits, 'verdictsKept' | 'verdictsPerWindowMax' | 'verdictWindowMs'>;

/**
 * What became of the calls: exact counts for the metrics and the ledger, and a bounded ring of the latest for whoever looks on. Under load the ring takes a
 * sample and says how much it left out; the counts leave nothing out.
 */
export class Verdicts {
  readonly #clock: Clock;
  readonly #limits: VerdictLimits;
  readonly #counts = new Map<EventType, Map<CallReason | 'accepted', number>>();
  #ring: ShownVerdict[] = [];
  #listeners = new Set<(verdict: ShownVerdict) => void>();
  #windowEndMs = 0;
  #shownInWindow = 0;
  #skipped = 0;

  constructor(clock: Clock, limits: VerdictLimits) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /** Notes one verdict. `reason` null: accepted. */
  note(
    type: EventType,
    programId: string,
    publisherId: string,
    messageId: string,
    reason: CallReason | null,
  ): void {
    let counts = this.#counts.get(type);
    if (!counts) {
      counts = new Map();
      this.#counts.set(type, counts);
    }
    counts.set(reason ?? 'accepted', (counts.get(reason ?? 'accepted') ?? 0) + 1);
    if (this.#mayShow()) this.#show(type, programId, publisherId, messageId, reason);
    else this.#skipped++;
  }

  /** How many calls got this verdict since the start. */
  total(verdict: Verdict): number {
    let total = 0;
    for (const { reason, count } of this.counts()) if (verdictOf(reason) === verdict) total += count;
    return total;
  }

  *counts(): Iterable<{
    readonly type: EventType;
    readonly reason: CallReason | null;
    readonly count: number;
  }> {
    for (const [type, counts] of this.#counts) {
      for (const [reason, count] of counts)
        yield { type, reason: reason === 'accepted' ? null : reason, count };
    }
  }

  latest(): readonly ShownVerdict[] {
    return this.#ring;
  }

  /** Tells of each verdict that is shown from now on, until the returned function is called. */
  listen(listener: (verdict: ShownVerdict) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #mayShow(): boolean {
    const nowMs = this.#clock.monotonicMs();
    if (nowMs >= this.#windowEndMs) {
      this.#windowEndMs = nowMs + this.#limits.verdictWindowMs;
      this.#shownInWindow = 0;
    }
    return this.#shownInWindow++ < this.#limits.verdictsPerWindowMax;
  }

  #show(
    type: EventType,
    programId: string,
    publisherId: string,
    messageId: string,
    reason: CallReason | null,
  ): void {
    const shown = {
      atMs: this.#clock.wallMs(),
      type,
      programId,
      publisherId,
      messageId,
      verdict: verdictOf(reason),
      reason,
      skipped: this.#skipped,
    };
    this.#skipped = 0;
    this.#ring.push(shown);
    // Twice the bound before it is cut to the bound: one move for many verdicts.
    if (this.#ring.length >= 2 * this.#limits.verdictsKept)
      this.#ring = this.#ring.slice(-this.#limits.verdictsKept);
    for (const listener of this.#listeners) listener(shown);
  }
}

export function verdictOf(reason: CallReason | null): Verdict {
  return reason === null ? 'accepted' : reasons[reason].verdict;
}
