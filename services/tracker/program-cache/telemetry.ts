/**
 * What the program cache has to tell: named events, which the tracker's telemetry turns into log lines and
 * metrics.
 */
export interface ProgramCacheTelemetry {
  cacheCoherent(): void;
  cacheIncoherent(event: { readonly cause: IncoherenceCause; readonly detail: string }): void;
  /** Every entry is checked with the store before its next use. */
  epochRaised(event: { readonly cause: EpochCause }): void;
  /** The store could not be asked about one program. */
  fetchFailed(event: { readonly code: string }): void;
  /** The store gave an older version than is known, or none, twice: it lost something. An alarm. */
  staleFetch(event: { readonly id: string }): void;
  /** An entry of an old epoch could not be checked, and was served within its TTL. */
  servedUnrevalidated(): void;
  /** An entry was served past its TTL, flagged. */
  servedStale(): void;
  announcementUnreadable(): void;
}

/** The announcements' link was lost, several polls in a row failed, or the store has no generation. */
export type IncoherenceCause = 'link_lost' | 'polls_failed' | 'not_built';

export type EpochCause = 'joined' | 'gap' | 'behind' | 'ahead' | 'generation';
