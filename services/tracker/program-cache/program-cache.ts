import {
  type AnnouncementLink,
  ProgramStoreError,
  type ProgramStoreReader,
} from '@trackline/adapters/program-store/program-store';
import type { Clock, Random } from '@trackline/domain/clock';
import type { ProgramLookup } from '@trackline/domain/decide';
import type { ProgramVersion } from '@trackline/domain/program';
import { LRUCache } from 'lru-cache';
import { ownText } from '../own-text.ts';
import { Coherence } from './coherence.ts';
import { type Absence, type Entry, entryOf, staleLookup, unknowable, unknown } from './entry.ts';
import type { ProgramCacheTelemetry } from './telemetry.ts';

/**
 * The program cache (L1): what a tracker knows of programs, in its memory.
 *
 * A fresh entry of the current epoch answers at once, without a promise. Everything else depends on whether
 * the cache is coherent (coherence.ts):
 *
 *                         coherent                                incoherent (the store can't be asked)
 *   fresh, current epoch  served                                  served
 *   fresh, older epoch    checked with the store; if that fails,  served
 *                         served and counted
 *   past its TTL          fetched; if that fails, as to the right served flagged `unverified`, up to a
 *                                                                 further bound
 *   known not to exist,   unknown, for some seconds               unknown, for some seconds
 *   current epoch
 *   the same, older epoch as not in memory                        as not in memory
 *   not in memory         fetched; if that fails, unknowable      unknowable, at once
 *
 * Announced versions are taken in when they are newer than what is held, and only for programs that are held,
 * known not to exist, or being fetched. Each program has one fetch at a time, and all of them together are
 * bounded.
 *
 * Versions only rise: neither an answer of the store nor a late announcement replaces what is held by
 * something older, or by nothing. A deletion is a version, too, so that a store that has nothing where it had
 * a version has lost it: then it is asked once more, the alarm is raised, and what is held stays. Only a
 * store of another generation, built anew from the program table, may know nothing of a program that is held.
 */
export interface ProgramCacheOptions {
  readonly reader: ProgramStoreReader;
  readonly link: AnnouncementLink;
  readonly clock: Clock;
  readonly random: Random;
  readonly limits: ProgramCacheLimits;
  readonly telemetry: ProgramCacheTelemetry;
}

export interface ProgramCacheLimits {
  readonly entriesMax: number;
  readonly ttlMs: number;
  /** How long after its TTL an entry may be served, flagged, while the store is away. 0: not at all. */
  readonly staleMs: number;
  readonly negativeEntriesMax: number;
  readonly negativeTtlMs: number;
  readonly pollEveryMs: number;
  /** Fetches under way at once; beyond it a miss is unknowable. */
  readonly fetchesMax: number;
}

/**
 * The share of the TTL by which an entry's own may be shorter, so that what was loaded together does not
 * expire together.
 */
const ttlJitter = 0.1;

interface Flight {
  readonly done: Promise<Entry | Absence | 'failed'>;
  /** The newest version announced since it began. */
  announced: ProgramVersion | null;
}

interface Asked {
  readonly program: ProgramVersion | null;
  /** There is something, which is no program. */
  readonly damaged: boolean;
  /** In which epoch the store was asked: what rose since then is not covered by the answer. */
  readonly epoch: number;
}

export class ProgramCache {
  readonly #options: ProgramCacheOptions;
  readonly #coherence: Coherence;
  readonly #entries: LRUCache<string, Entry>;
  /** Ids that the store has no program for, or none that can be read. */
  readonly #absent: LRUCache<string, Absence>;
  readonly #flights = new Map<string, Flight>();

  constructor(options: ProgramCacheOptions) {
    this.#options = options;
    this.#entries = new LRUCache({ max: options.limits.entriesMax });
    this.#absent = new LRUCache({ max: options.limits.negativeEntriesMax });
    this.#coherence = new Coherence({
      reader: options.reader,
      link: options.link,
      clock: options.clock,
      random: options.random,
      pollEveryMs: options.limits.pollEveryMs,
      telemetry: options.telemetry,
      onAnnounced: (program) => this.#take(program),
    });
  }

  /** Begins to listen and to poll. */
  open(): void {
    this.#coherence.open();
  }

  get coherent(): boolean {
    return this.#coherence.coherent;
  }

  /** Whether it was coherent at least once: before, it knows nothing. */
  get wasCoherent(): boolean {
    return this.#coherence.wasCoherent;
  }

  /** What is known of a program. Never rejects; a promise is given only where the store has to be asked. */
  lookup(id: string): ProgramLookup | Promise<ProgramLookup> {
    const nowMs = this.#options.clock.monotonicMs();
    const entry = this.#entries.get(id);
    if (entry !== undefined) {
      if (nowMs >= entry.freshUntilMs) return this.#expired(id, entry, nowMs);
      if (entry.epoch === this.#coherence.epoch || !this.#coherence.coherent) return entry.lookup;
      return this.#revalidated(id, entry);
    }
    const absence = this.#absent.get(id);
    if (absence !== undefined && nowMs < absence.untilMs && absence.epoch === this.#coherence.epoch) {
      return absence.lookup;
    }
    return this.#coherence.coherent ? this.#missed(id) : unknowable;
  }

  /** Forgets everything, as an operator's last resort. */
  clear(): void {
    this.#entries.clear();
    this.#absent.clear();
  }

  stats() {
    return {
      entries: this.#entries.size,
      negativeEntries: this.#absent.size,
      fetches: this.#flights.size,
      epoch: this.#coherence.epoch,
      coherent: this.#coherence.coherent,
    };
  }

  async close(): Promise<void> {
    await this.#coherence.close();
    await this.#options.reader.close();
  }

  async #missed(id: string): Promise<ProgramLookup> {
    const fetched = await this.#fetch(id);
    if (fetched !== 'failed') return fetched.lookup;
    // What was announced meanwhile is held by now.
    return this.#entries.peek(id)?.lookup ?? unknowable;
  }

  async #revalidated(id: string, entry: Entry): Promise<ProgramLookup> {
    const fetched = await this.#fetch(id);
    if (fetched !== 'failed') return fetched.lookup;
    const held = this.#entries.peek(id) ?? entry;
    if (held.epoch !== this.#coherence.epoch) this.#options.telemetry.servedUnrevalidated();
    return held.lookup;
  }

  #expired(id: string, entry: Entry, nowMs: number): ProgramLookup | Promise<ProgramLookup> {
    if (!this.#coherence.coherent) return this.#stale(entry, nowMs);
    return this.#fetch(id).then((fetched) => {
      if (fetched !== 'failed') return fetched.lookup;
      const held = this.#entries.peek(id) ?? entry;
      const thenMs = this.#options.clock.monotonicMs();
      return thenMs < held.freshUntilMs ? held.lookup : this.#stale(held, thenMs);
    });
  }

  #stale(entry: Entry, nowMs: number): ProgramLookup {
    if (nowMs >= entry.freshUntilMs + this.#options.limits.staleMs) return unknowable;
    this.#options.telemetry.servedStale();
    return staleLookup(entry);
  }

  #fetch(id: string): Flight['done'] {
    const flight = this.#flights.get(id);
    if (flight) return flight.done;
    if (this.#flights.size >= this.#options.limits.fetchesMax) {
      this.#options.telemetry.fetchFailed({ code: 'TOO_MANY_FETCHES' });
      return Promise.resolve('failed');
    }
    const begun: Flight = { done: this.#fly(id), announced: null };
    this.#flights.set(id, begun);
    return begun.done;
  }

  async #fly(id: string): Flight['done'] {
    try {
      // Let #fetch note the flight first, so that an announcement finds it.
      await null;
      let asked = await this.#ask(id);
      if (asked !== 'failed' && this.#isOlderThanKnown(id, asked)) {
        // The answer may have been on its way while a newer version was announced; the next can't be.
        asked = await this.#ask(id);
        if (asked !== 'failed' && this.#isOlderThanKnown(id, asked)) {
          this.#options.telemetry.staleFetch({ id });
        }
      }
      return asked === 'failed' ? 'failed' : this.#settle(id, asked);
    } finally {
      this.#flights.delete(id);
    }
  }

  async #ask(id: string): Promise<Asked | 'failed'> {
    const epoch = this.#coherence.epoch;
    try {
      const { program, damaged = false, generation } = await this.#options.reader.fetch(id);
      if (generation !== null && generation === this.#coherence.generation) {
        return { program, damaged, epoch };
      }
      this.#options.telemetry.fetchFailed({ code: 'OTHER_GENERATION' });
    } catch (error) {
      this.#options.telemetry.fetchFailed({
        code: error instanceof ProgramStoreError ? error.code : 'UNKNOWN',
      });
    }
    return 'failed';
  }

  /** The newest version, held or announced while the store is asked, that the store must have, too. */
  #known(id: string, { program, damaged }: Asked): ProgramVersion | null {
    const held = this.#entries.peek(id);
    // A store that was built anew has what the program table has: it may know nothing of what is held.
    const isGone = !program && !damaged && held && held.epoch < this.#coherence.generationEpoch;
    // What was announced is held, too, unless something else has taken its place in a cache that is full.
    return newest(isGone ? null : (held?.program ?? null), this.#flights.get(id)?.announced ?? null);
  }

  /** No program, too, is older than a version that is known. */
  #isOlderThanKnown(id: string, asked: Asked): boolean {
    return (asked.program?.version ?? 0) < (this.#known(id, asked)?.version ?? 0);
  }

  /** Keeps the newest of what was fetched, announced meanwhile, and held. */
  #settle(id: string, asked: Asked): Entry | Absence {
    const program = newest(asked.program, this.#known(id, asked));
    if (program) return this.#keep(program, asked.epoch);
    this.#entries.delete(id);
    const { clock, limits } = this.#options;
    // Damage is evidence of a program, so that it can't be told as "there is none". It is remembered as
    // briefly, lest each lookup asks again: nothing mends it but a next version, and that is announced.
    const lookup = asked.damaged ? unknowable : unknown;
    const absence = { lookup, epoch: asked.epoch, untilMs: clock.monotonicMs() + limits.negativeTtlMs };
    this.#absent.set(ownText(id), absence);
    return absence;
  }

  #keep(program: ProgramVersion, epoch: number): Entry {
    const { clock, random, limits } = this.#options;
    const ttlMs = limits.ttlMs * (1 - random() * ttlJitter);
    const entry = entryOf(program, epoch, clock.monotonicMs() + ttlMs);
    this.#entries.set(program.id, entry);
    this.#absent.delete(program.id);
    return entry;
  }

  /**
   * Keeps an announced version at once, in the epoch in which it is heard, also where the store is being
   * asked: were it kept when that ends, the epoch might have risen over what was missed since.
   */
  #take(program: ProgramVersion): void {
    const { id } = program;
    const flight = this.#flights.get(id);
    if (flight) flight.announced = newest(flight.announced, program);
    const held = this.#entries.peek(id);
    const isNews = held ? program.version > held.program.version : flight || this.#absent.has(id);
    if (isNews) this.#keep(program, this.#coherence.epoch);
  }
}

/** Of equal versions, the first. */
function newest(...programs: (ProgramVersion | null)[]): ProgramVersion | null {
  return programs.reduce(
    (best, program) => (program && (!best || program.version > best.version) ? program : best),
    null,
  );
}
