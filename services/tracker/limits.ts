/**
 * Every bound of the tracker, with its unit in its name. What an operator may choose is in config.ts, and checked against these.
 */

const KiB = 1024;
const MiB = 1024 * KiB;

export const limits = Object.freeze({
  // The edge.
  urlBytesMax: 8 * KiB,
  headerBytesMax: 16 * KiB,
  userAgentCharsMax: 512,
  referrerCharsMax: 2 * KiB,
  /** The request line and all headers must have come by then. */
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 15_000,
  /** Longer than the idle time-out of common load balancers (60 s), so that they close first. */
  keepAliveTimeoutMs: 72_000,
  retryAfterSecondsMax: 3,

  // The sender.
  aggregateBytesMax: 128 * KiB,
  /** PutRecords takes no more. */
  putRecordsMax: 500,
  putBytesMax: 5 * MiB,
  putCallsMax: 4,
  putTimeoutMs: 2_000,
  /** Aggregates that are on their way or wait for their next try; beyond it nothing more leaves the spool. */
  aggregatesMax: 256,
  lingerMs: 50,
  retryBaseMs: 50,
  retryMaxMs: 5_000,

  // The program cache.
  negativeEntriesMax: 100_000,
  programFetchesMax: 1_000,
  pollEveryMs: 1_000,
  pingEveryMs: 1_000,
  pingTimeoutMs: 1_000,

  // What the admin port shows.
  verdictsKept: 1_000,
  verdictsPerWindowMax: 50,
  verdictWindowMs: 100,
});

export type Limits = typeof limits;

/** What of the configuration the bounds have to do with. */
export interface BoundedConfig {
  readonly spoolBytes: number;
  readonly drainTimeoutMs: number;
  readonly programCacheTtlMs: number;
  readonly redisTimeoutMs: number;
}

/** Relations that must hold, or the tracker would start and fail later: each one that does not, in words. */
export function contradictions(l: Limits, config: BoundedConfig): string[] {
  const relations: [boolean, string][] = [
    [l.aggregateBytesMax <= l.putBytesMax, 'an aggregate must fit into a put call'],
    [l.lingerMs < l.putTimeoutMs, 'the linger must be shorter than the time-out of a put call'],
    [l.retryBaseMs <= l.retryMaxMs, 'the shortest back-off must not be longer than the longest'],
    [l.headersTimeoutMs <= l.requestTimeoutMs, 'headers must have come before the request has'],
    [config.spoolBytes >= l.putBytesMax, `TRACKLINE_SPOOL_BYTES must hold a put call (${l.putBytesMax})`],
    [
      config.drainTimeoutMs > l.putTimeoutMs,
      `TRACKLINE_DRAIN_TIMEOUT_MS must be longer than a put call (${l.putTimeoutMs})`,
    ],
    [
      config.programCacheTtlMs > l.pollEveryMs,
      `TRACKLINE_PROGRAM_CACHE_TTL_MS must be longer than a poll (${l.pollEveryMs})`,
    ],
    [
      config.redisTimeoutMs < l.pollEveryMs,
      `TRACKLINE_REDIS_TIMEOUT_MS must be shorter than a poll (${l.pollEveryMs})`,
    ],
  ];
  return relations.filter(([holds]) => !holds).map(([, words]) => words);
}
