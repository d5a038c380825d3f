import {
  type Announcement,
  type AnnouncementListener,
  ProgramStoreError,
  type StoreHead,
} from '@trackline/adapters/program-store/program-store';
import type { ProgramVersion } from '@trackline/domain/program';
import { ProgramCache } from '@trackline/tracker/program-cache/program-cache';
import { FakeClock } from './fake-clock.ts';

/**
 * The production cache on a clock that is turned by hand, with a store that a test plays, because what matters is *when* it answers; test/contract/ runs the same cache on a real Redis.
 */
export function playedProgramCache({ ttlMs = 600_000, staleMs = 86_400_000, fetchesMax = 100 } = {}) {
  const clock = new FakeClock();
  const told: string[] = [];
  const store = new Map<string, ProgramVersion>();
  let head: StoreHead = { seq: 0, generation: 'g1' };
  let away = false;
  let fetches = 0;
  /** While set, answers wait in here. */
  let held: (() => void)[] | null = null;
  let listener!: AnnouncementListener;

  /** Answers with what the store holds now, though perhaps later. */
  function answer<T>(value: () => T): Promise<T> {
    if (away) return Promise.reject(new ProgramStoreError('TIMEOUT', new Error('No answer.')));
    const now = value();
    if (held === null) return Promise.resolve(now);
    return new Promise((resolve) => held!.push(() => resolve(now)));
  }

  const cache = new ProgramCache({
    reader: {
      fetch(id) {
        fetches++;
        return answer(() => ({ program: store.get(id) ?? null, generation: head.generation }));
      },
      head: () => answer(() => head),
      close: async () => {},
    },
    link: {
      open: (opened) => {
        listener = opened;
      },
      close: async () => {},
    },
    clock,
    random: () => 0.5,
    limits: {
      entriesMax: 1_000,
      ttlMs,
      staleMs,
      negativeEntriesMax: 100,
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
    get fetches() {
      return fetches;
    },
    link: () => listener,
    setHead: (next: Partial<StoreHead>) => {
      head = { ...head, ...next };
    },
    goAway: (is: boolean) => {
      away = is;
    },
    hold: () => {
      held = [];
    },
    answerHeld: () => {
      const waiting = held ?? [];
      held = null;
      for (const resolve of waiting) resolve();
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
  };
}
