import type { ProgramLookup } from '@trackline/domain/decide';
import type { ProgramVersion } from '@trackline/domain/program';
import type { Time } from './world/time.ts';
import { cacheLimits, type Tracker } from './world/tracker.ts';

/** When the program store got a version for the first time. */
interface Applied {
  readonly version: number;
  readonly deleted: boolean;
  readonly atMs: number;
}

/** How long a tracker may not know of a change while all it suffers is lost announcements, or a link that died. */
const boundMs = 4_000;
/** A lookup may wait for two reads, and time-outs have their jitter. */
const slackMs = 300;

/** What every version was, and when; and what trackers told of programs since. */
export class ProgramOracle {
  /** When Redis could not be asked, or a link had a fault, for the last time. */
  troubleAtMs = 0;
  readonly #time: Time;
  readonly #onViolation: (what: string) => void;
  readonly #applied = new Map<string, Applied[]>();
  readonly #served = new WeakMap<Tracker, Map<string, number>>();

  constructor(time: Time, onViolation: (what: string) => void) {
    this.#time = time;
    this.#onViolation = onViolation;
  }

  readonly applied = ({ id, version, deleted }: ProgramVersion): void => {
    const versions = this.#applied.get(id) ?? [];
    this.#applied.set(id, versions);
    if (versions.some((each) => each.version === version)) return;
    versions.push({ version, deleted, atMs: this.#time.nowMs });
  };

  /** What a lookup gave that was asked at `askedAtMs`. */
  looked(tracker: Tracker, id: string, lookup: ProgramLookup, askedAtMs: number): void {
    if (lookup.kind === 'unknowable') return;
    const isUnverified = lookup.kind === 'known' && lookup.unverified;
    const told = lookup.kind === 'known' ? lookup.program.version : 0;
    if (lookup.kind === 'known') this.#mustNotGoBack(tracker, id, told);
    if (isUnverified) return;

    const since = Math.max(this.troubleAtMs, tracker.process.beganMs);
    const isExcused = askedAtMs - since < boundMs + slackMs;
    const bound = isExcused ? cacheLimits.ttlMs + slackMs : boundMs + slackMs;
    const due = this.#newestBefore(id, askedAtMs - bound);
    if (due === null || due.version <= told) return;
    if (lookup.kind === 'unknown' && this.#mayBeGone(id, due)) return;
    this.#onViolation(
      `${tracker.name} told ${lookup.kind} ${told} of ${id}, of which version ${due.version} was applied ` +
        `${Math.round(askedAtMs - due.atMs)} ms before (bound ${bound} ms)`,
    );
  }

  /** "Unknown" is right of a program that is deleted. */
  #mayBeGone(id: string, due: Applied): boolean {
    return (
      due.deleted || this.#applied.get(id)!.some(({ version, deleted }) => deleted && version > due.version)
    );
  }

  #newestBefore(id: string, ms: number): Applied | null {
    let newest: Applied | null = null;
    for (const each of this.#applied.get(id) ?? []) {
      if (each.atMs <= ms && (newest === null || each.version > newest.version)) newest = each;
    }
    return newest;
  }

  #mustNotGoBack(tracker: Tracker, id: string, version: number): void {
    const served = this.#served.get(tracker) ?? new Map<string, number>();
    this.#served.set(tracker, served);
    const before = served.get(id) ?? 0;
    if (version < before) this.#onViolation(`${tracker.name} told ${version} of ${id}, after ${before}`);
    served.set(id, Math.max(before, version));
  }
}
