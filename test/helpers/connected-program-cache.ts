import { connectAnnouncements } from '@trackline/adapters/program-store/announcements.redis';
import { connectProgramStoreReader } from '@trackline/adapters/program-store/program-store.redis';
import { systemClock } from '@trackline/domain/clock';
import { limits } from '@trackline/tracker/limits';
import { ProgramCache } from '@trackline/tracker/program-cache/program-cache';

export interface ConnectedProgramCache {
  readonly cache: ProgramCache;
  /** How often each named event happened. */
  readonly told: Record<string, number>;
}

/**
 * The production cache, opened, as the tracker connects it: with its bounds, and with the usual values of
 * what an operator may choose.
 */
export function connectedProgramCache({
  linkPort,
  dataPort,
  commandTimeoutMs = 50,
  pollEveryMs = limits.storePollEveryMs as number,
  ttlMs = 600_000,
}: {
  readonly linkPort: number;
  readonly dataPort: number;
  readonly commandTimeoutMs?: number;
  readonly pollEveryMs?: number;
  readonly ttlMs?: number;
}): ConnectedProgramCache {
  const told: Record<string, number> = {};
  const note = (name: string) => {
    told[name] = (told[name] ?? 0) + 1;
  };
  const cache = new ProgramCache({
    reader: connectProgramStoreReader({
      url: `redis://127.0.0.1:${dataPort}`,
      commandTimeoutMs,
      onDamaged: () => note('damaged'),
    }),
    link: connectAnnouncements({
      url: `redis://127.0.0.1:${linkPort}`,
      clock: systemClock,
      random: Math.random,
      pingEveryMs: limits.linkPingEveryMs,
      pingTimeoutMs: limits.linkPingTimeoutMs,
    }),
    clock: systemClock,
    random: Math.random,
    limits: {
      entriesMax: 100_000,
      ttlMs,
      staleMs: 86_400_000,
      negativeEntriesMax: limits.negativeEntriesMax,
      negativeTtlMs: 5_000,
      pollEveryMs,
      fetchesMax: limits.fetchesMax,
    },
    telemetry: {
      cacheCoherent: () => note('coherent'),
      cacheIncoherent: ({ cause }) => note(`incoherent ${cause}`),
      epochRaised: ({ cause }) => note(`epoch ${cause}`),
      fetchFailed: ({ code }) => note(`failed ${code}`),
      staleFetch: () => note('stale fetch'),
      servedUnrevalidated: () => note('served unrevalidated'),
      servedStale: () => note('served stale'),
      announcementUnreadable: () => note('unreadable'),
    },
  });
  cache.open();
  return { cache, told };
}
