import {
  type AnnouncementLink,
  ProgramStoreError,
  type ProgramStoreReader,
} from '@trackline/adapters/program-store/program-store';
import type { Clock, Random } from '@trackline/domain/clock';
import type { ProgramLookup } from '@trackline/domain/decide';
import type { ProgramVersion } from '@trackline/domain/program';
import { LRUCache } from 'lru-cache';
import { Coherence } from './coherence.ts';
import { type Entry, entryOf, staleLookup, unknowable, unknown } from './entry.ts';
import type { ProgramCacheTelemetry } from './telemetry.ts';

/**
 * The program cache (L1): what a tracker knows of programs, in its memory.
 *
 * A fresh entry of the current epoch answers at once, without a promise. Everything else depends on whether the cache is coherent (coherence.ts):
 *
 *                          coherent                                      incoherent (the store can't be asked)
 *   fresh, current epoch   served                                        served
 *   fresh, older epoch     checked with the store; if that fails,        served
 *                          served and counted
 *   past its TTL           fetched; if that fails, as to the right       served flagged `unverified`, up to a further bound
 *   known not to exist     unknown, for some seconds                     unknown, for some seconds
 *   not in memory          fetched; if that fails, unknowable            unknowable, at once
 *
 * Announced versions are taken in when they are newer than what is held, and only for programs that are held, known not to exist, or being fetched. Each program has
 * one fetch at a time, and all of them together are bounded.
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

/** The share of the TTL by which an entry's own may be shorter, so that what was loaded together does not expire together. */
const ttlJitter = 0.1;

interface Flight {
  readonly done: Promise<Entry | 'absent' | 'failed'>;
  /** The newest version announced since it began. */
  announced: ProgramVersion | null;
}

export class ProgramCache {
  readonly #options: ProgramCacheOptions;
  readonly #coherence: Coherence;
  readonly #entries: LRUCache<string, Entry>;
  /** Ids that the store has no program for → until when that is believed (monotonic ms). */
  readonly #absent: LRUCache<string, number>;
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
    const absentUntilMs = this.#absent.get(id);
    if (absentUntilMs !== undefined && nowMs < absentUntilMs) return unknown;
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
    if (fetched === 'failed') return unknowable;
    return fetched === 'absent' ? unknown : fetched.lookup;
  }

  async #revalidated(id: string, entry: Entry): Promise<ProgramLookup> {
    const fetched = await this.#fetch(id);
    if (fetched === 'absent') return unknown;
    if (fetched !== 'failed') return fetched.lookup;
    this.#options.telemetry.servedUnrevalidated();
    return entry.lookup;
  }

  #expired(id: string, entry: Entry, nowMs: number): ProgramLookup | Promise<ProgramLookup> {
    if (!this.#coherence.coherent) return this.#stale(entry, nowMs);
    return this.#fetch(id).then((fetched) => {
      if (fetched === 'absent') return unknown;
      return fetched === 'failed' ? this.#stale(entry, nowMs) : fetched.lookup;
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
      const first = await this.#ask(id);
      if (first === 'failed' || !this.#isOlderThanAnnounced(id, first)) return this.#settle(id, first);
      const second = await this.#ask(id);
      if (second !== 'failed' && this.#isOlderThanAnnounced(id, second))
        this.#options.telemetry.staleFetch({ id });
      return this.#settle(id, second);
    } finally {
      this.#flights.delete(id);
    }
  }

  async #ask(id: string): Promise<Asked | 'failed'> {
    const epoch = this.#coherence.epoch;
    try {
      const { program, generation } = await this.#options.reader.fetch(id);
      if (generation !== null && generation === this.#coherence.generation) return { program, epoch };
      this.#options.telemetry.fetchFailed({ code: 'OTHER_GENERATION' });
    } catch (error) {
      this.#options.telemetry.fetchFailed({
        code: error instanceof ProgramStoreError ? error.code : 'UNKNOWN',
      });
    }
    return 'failed';
  }

  #isOlderThanAnnounced(id: string, { program }: Asked): boolean {
    const announced = this.#flights.get(id)?.announced;
    return announced != null && (program?.version ?? 0) < announced.version;
  }

  /** Keeps the newest of what was fetched, announced meanwhile, and held. */
  #settle(id: string, asked: Asked | 'failed'): Entry | 'absent' | 'failed' {
    const announced = this.#flights.get(id)?.announced ?? null;
    if (asked === 'failed') return announced ? this.#keep(announced, this.#coherence.epoch) : 'failed';
    const held = this.#entries.peek(id)?.program ?? null;
    if (asked.program === null && announced === null) {
      this.#entries.delete(id);
      this.#absent.set(id, this.#options.clock.monotonicMs() + this.#options.limits.negativeTtlMs);
      return 'absent';
    }
    if (held && held.version > (asked.program?.version ?? 0) && held.version > (announced?.version ?? 0)) {
      this.#options.telemetry.staleFetch({ id });
    }
    return this.#keep(newest(asked.program, announced, held)!, asked.epoch);
  }

  #keep(program: ProgramVersion, epoch: number): Entry {
    const { clock, random, limits } = this.#options;
    const ttlMs = limits.ttlMs * (1 - random() * ttlJitter);
    const entry = entryOf(program, epoch, clock.monotonicMs() + ttlMs);
    this.#entries.set(program.id, entry);
    this.#absent.delete(program.id);
    return entry;
  }

  #take(program: ProgramVersion): void {
    const flight = this.#flights.get(program.id);
    if (flight) flight.announced = newest(flight.announced, program);
    const held = this.#entries.peek(program.id);
    if (held ? program.version > held.program.version : this.#absent.has(program.id)) {
      this.#keep(program, this.#coherence.epoch);
    }
  }
}

interface Asked {
  readonly program: ProgramVersion | null;
  /** The epoch in which the store was asked: what rose since then is not covered by the answer. */
  readonly epoch: number;
}

function newest(...programs: (ProgramVersion | null)[]): ProgramVersion | null {
  return programs.reduce(
    (best, program) => (program && (!best || program.version > best.version) ? program : best),
    null,
  );
}
