import type { Clock } from '@trackline/domain/clock';
import { type CallReason, reasons, type Verdict } from '@trackline/domain/verdict';
import type { Limits } from '../limits.ts';
import type { CallType } from './tally.ts';

/** One verdict, as an operator sees it pass. */
export interface ShownVerdict {
  readonly number: number;
  readonly at: string;
  readonly type: CallType;
  readonly programId: string;
  readonly verdict: Verdict;
  readonly reason: CallReason | null;
  /** '' where no event was made. */
  readonly messageId: string;
}

/** What the ring kept in the last second, and what passed. */
export interface Sampling {
  readonly seen: number;
  readonly shown: number;
  /** In the second that begins, one verdict in this many is kept. */
  readonly oneIn: number;
}

/**
 * The latest verdicts, for a person to watch: bounded, and sampled under load, so that watching costs the
 * same however busy the tracker is. How many are left out follows the second before; should a burst come,
 * twice the bound is kept and no more.
 */
export class VerdictRing {
  readonly #clock: Clock;
  readonly #limits: Pick<Limits, 'verdictRingEntriesMax' | 'verdictsShownPerSecondMax'>;
  #entries: ShownVerdict[] = [];
  #number = 0;
  #seen = 0;
  #shown = 0;
  #oneIn = 1;
  #sampling: Sampling = { seen: 0, shown: 0, oneIn: 1 };

  constructor(clock: Clock, limits: Pick<Limits, 'verdictRingEntriesMax' | 'verdictsShownPerSecondMax'>) {
    this.#clock = clock;
    this.#limits = limits;
    this.#everySecond();
  }

  /** Called for every call. */
  note(type: CallType, programId: string, reason: CallReason | null, messageId: string): void {
    if (this.#seen++ % this.#oneIn !== 0 || this.#shown >= 2 * this.#limits.verdictsShownPerSecondMax) return;
    this.#shown++;
    this.#entries.push({
      number: ++this.#number,
      at: new Date(this.#clock.wallMs()).toISOString(),
      type,
      programId,
      verdict: reason === null ? 'accepted' : reasons[reason].verdict,
      reason,
      messageId,
    });
    if (this.#entries.length > this.#limits.verdictRingEntriesMax) this.#entries.shift();
  }

  /** The kept verdicts after `number`, oldest first. */
  after(number: number): readonly ShownVerdict[] {
    return this.#entries.filter((entry) => entry.number > number);
  }

  get sampling(): Sampling {
    return this.#sampling;
  }

  #everySecond(): void {
    this.#clock.after(1_000, () => {
      this.#oneIn = Math.max(1, Math.ceil(this.#seen / this.#limits.verdictsShownPerSecondMax));
      this.#sampling = { seen: this.#seen, shown: this.#shown, oneIn: this.#oneIn };
      this.#seen = 0;
      this.#shown = 0;
      this.#everySecond();
    });
  }
}
