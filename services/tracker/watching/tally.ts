import type { EventType } from '@trackline/domain/tracking-event';
import {
  type CallReason,
  callReasons,
  type RedirectReason,
  reasons,
  redirectReasons,
  type Verdict,
} from '@trackline/domain/verdict';

/** What a call was for; `none` where it never got to a tracking route. */
export type CallType = EventType | 'none';

const callTypes: readonly CallType[] = ['impression', 'click', 'transaction', 'none'];

/**
 * Counts verdicts since the process began: plain numbers behind fixed keys, since this is done for every call;
 * metrics and statements read them.
 */
export class Tally {
  readonly #counts: Readonly<Record<CallType, Record<CallReason | 'accepted', number>>>;
  readonly #redirects: Record<RedirectReason, number>;
  #lost = 0;

  constructor() {
    const zeros = () =>
      Object.fromEntries(['accepted', ...callReasons].map((reason) => [reason, 0])) as Record<
        CallReason | 'accepted',
        number
      >;
    this.#redirects = Object.fromEntries(redirectReasons.map((reason) => [reason, 0])) as Record<
      RedirectReason,
      number
    >;
    this.#counts = { impression: zeros(), click: zeros(), transaction: zeros(), none: zeros() };
  }

  /** Counts one call; `reason` null: accepted. */
  count(type: CallType, reason: CallReason | null): void {
    this.#counts[type][reason ?? 'accepted']++;
  }

  /** A click that was not sent to the target that it named. */
  countRedirect(reason: RedirectReason): void {
    this.#redirects[reason]++;
  }

  /** Accepted events that were given up. */
  countLost(events: number): void {
    this.#lost += events;
  }

  totals(): {
    readonly rejected: number;
    readonly shed: number;
    readonly ignored: number;
    readonly lost: number;
  } {
    const totals = { accepted: 0, rejected: 0, shed: 0, ignored: 0 };
    for (const { verdict, count } of this.entries()) totals[verdict] += count;
    return { rejected: totals.rejected, shed: totals.shed, ignored: totals.ignored, lost: this.#lost };
  }

  /** The refused targets, by reason. */
  redirects(): Readonly<Record<RedirectReason, number>> {
    return this.#redirects;
  }

  /** Every combination that occurred. */
  *entries(): Iterable<{
    readonly type: CallType;
    readonly verdict: Verdict;
    readonly reason: CallReason | '';
    readonly count: number;
  }> {
    for (const type of callTypes) {
      const counts = this.#counts[type];
      if (counts.accepted > 0) yield { type, verdict: 'accepted', reason: '', count: counts.accepted };
      for (const reason of callReasons) {
        const count = counts[reason];
        if (count > 0) yield { type, verdict: reasons[reason].verdict, reason, count };
      }
    }
  }
}
