import {
  type Announcement,
  type AnnouncementListener,
  ProgramStoreError,
  type StoreHead,
} from '@trackline/adapters/program-store/program-store';
import type { ProgramLookup } from '@trackline/domain/decide';
import type { ProgramVersion } from '@trackline/domain/program';
import { ProgramCache } from '@trackline/tracker/program-cache/program-cache';
import { FakeClock } from './fake-clock.ts';

/** Answers that wait until a test lets them go. They say what the store held when it was asked. */
export interface HeldAnswers {
  answer(): void;
  fail(): void;
}

/**
 * The production cache on a clock that is turned by hand, with a store that a test plays, because what
 * matters is *when* it answers; test/contract/ runs the same cache on a real Redis.
 */
export function playedProgramCache({
  ttlMs = 600_000,
  staleMs = 86_400_000,
  entriesMax = 1_000,
  negativeEntriesMax = 100,
  fetchesMax = 100,
  random = (): number => 0.5,
} = {}) {
  const clock = new FakeClock();
  const told: string[] = [];
  const store = new Map<string, ProgramVersion>();
  const damaged = new Set<string>();
  let head: StoreHead = { seq: 0, generation: 'g1' };
  let away = false;
  let fetches = 0;
  let polls = 0;
  /** While set, answers wait in here: told whether they are to come. */
  let held: ((comes: boolean) => void)[] | null = null;
  let listener!: AnnouncementListener;

  /** Answers with what the store holds now, though perhaps later. */
  function answer<T>(value: () => T): Promise<T> {
    const failure = new ProgramStoreError('TIMEOUT', new Error('No answer.'));
    if (away) return Promise.reject(failure);
    const now = value();
    if (held === null) return Promise.resolve(now);
    return new Promise((resolve, reject) => held!.push((comes) => (comes ? resolve(now) : reject(failure))));
  }

  const cache = new ProgramCache({
    reader: {
      fetch(id) {
        fetches++;
        return answer(() => {
          const { generation } = head;
          if (damaged.has(id)) return { program: null, damaged: true as const, generation };
          return { program: store.get(id) ?? null, generation };
        });
      },
      head() {
        polls++;
        return answer(() => head);
      },
      close: async () => {},
    },
    link: {
      open: (opened) => {
        listener = opened;
      },
      close: async () => {},
    },
    clock,
    random,
    limits: {
      entriesMax,
      ttlMs,
      staleMs,
      negativeEntriesMax,
      negativeTtlMs: 5_000,
      pollEveryMs: 1_000,
      fetchesMax,
    },
    telemetry: {
      cacheCoherent: () => told.push('coherent'),
      cacheIncoherent: ({ cause }) => told.push(`incoherent ${cause}`),
      epochRaised: ({ cause }) => told.push(`epoch ${cause}`),
      fetchFailed: ({ code }) => told.push(`failed ${code}`),
      staleFetch: () => told.push('stale fetch'),
      servedUnrevalidated: () => told.push('served unrevalidated'),
      servedStale: () => told.push('served stale'),
      announcementUnreadable: () => told.push('unreadable'),
    },
  });
  cache.open();

  return {
    cache,
    clock,
    told,
    store,
    /** Ids whose content in the store is no program. */
    damaged,
    get fetches() {
      return fetches;
    },
    get polls() {
      return polls;
    },
    link: () => listener,
    setHead: (next: Partial<StoreHead>) => {
      head = { ...head, ...next };
    },
    goAway: (is: boolean) => {
      away = is;
    },
    /** From now on, until they are let go or others are held, answers wait. */
    hold(): HeldAnswers {
      const waiting: ((comes: boolean) => void)[] = [];
      held = waiting;
      const letGo = (come: boolean) => {
        if (held === waiting) held = null;
        for (const settle of waiting.splice(0)) settle(come);
      };
      return { answer: () => letGo(true), fail: () => letGo(false) };
    },
    async join() {
      listener.onSubscribed();
      await clock.advance(0);
      told.length = 0;
    },
    announce(announced: ProgramVersion, seq = head.seq + 1) {
      head = { ...head, seq: Math.max(head.seq, seq) };
      store.set(announced.id, announced);
      listener.onAnnouncement({ seq, program: announced } satisfies Announcement);
    },
    /** A message of an announcement that was made before: late, or once more. */
    announceLate(announced: ProgramVersion, seq = head.seq) {
      listener.onAnnouncement({ seq, program: announced } satisfies Announcement);
    },
    /** Written and counted, with its announcement lost. */
    writeSilently(written: ProgramVersion) {
      head = { ...head, seq: head.seq + 1 };
      store.set(written.id, written);
    },
  };
}

/** The same, coherent, after one lookup of a program that its store holds, under the id `shoes`. */
export async function holding(
  held: ProgramVersion,
  options: Parameters<typeof playedProgramCache>[0] = {},
): Promise<ReturnType<typeof playedProgramCache>> {
  const played = playedProgramCache(options);
  played.store.set('shoes', held);
  await played.join();
  await played.cache.lookup('shoes');
  return played;
}

/** The version that a lookup gave, or what it gave instead. */
export function versionOf(lookup: ProgramLookup): number | string {
  return lookup.kind === 'known' ? lookup.program.version : lookup.kind;
}
