import { randomFillSync } from 'node:crypto';
import { ConfigError, exitCodeConfig } from '@trackline/adapters/environment/environment';
import { connectKinesisEventStream } from '@trackline/adapters/event-stream/event-stream.kinesis';
import { connectAnnouncements } from '@trackline/adapters/program-store/announcements.redis';
import { connectProgramStoreReader } from '@trackline/adapters/program-store/program-store.redis';
import { systemClock } from '@trackline/domain/clock';
import { pino } from 'pino';
import { readConfig, type TrackerConfig } from './config.ts';
import { limits } from './limits.ts';
import { ProgramCache } from './program-cache/program-cache.ts';
import { buildTracker, type Foundations } from './tracker.ts';

/** The tracker as a process: configuration, clients, signals, and its end. */

/** A terminal and npm both pass one Ctrl-C on: what comes again within this time is the same signal. */
const sameSignalMs = 1_000;

function foundations(config: TrackerConfig): Foundations {
  const clock = systemClock;
  const random = Math.random;
  return {
    clock,
    random,
    randomBytes: randomFillSync,
    log: pino({ level: config.logLevel, base: { instance: config.instance } }),
    stream: connectKinesisEventStream({
      streamName: config.eventStream,
      region: config.region,
      endpoint: config.kinesisEndpoint,
      requestTimeoutMs: limits.putTimeoutMs,
      maxSockets: limits.putCallsMax,
    }),
    programs: (telemetry) =>
      new ProgramCache({
        reader: connectProgramStoreReader({
          url: config.redisUrl,
          commandTimeoutMs: config.redisTimeoutMs,
          onDamaged: (id, detail) => telemetry.damagedProgram({ id, detail }),
        }),
        link: connectAnnouncements({
          url: config.redisUrl,
          clock,
          random,
          pingEveryMs: limits.pingEveryMs,
          pingTimeoutMs: limits.pingTimeoutMs,
        }),
        clock,
        random,
        limits: {
          entriesMax: config.programCacheEntries,
          ttlMs: config.programCacheTtlMs,
          staleMs: config.programCacheStaleMs,
          negativeEntriesMax: limits.negativeEntriesMax,
          negativeTtlMs: config.negativeCacheTtlMs,
          pollEveryMs: limits.pollEveryMs,
          fetchesMax: limits.programFetchesMax,
        },
        telemetry,
      }),
  };
}

async function main(): Promise<void> {
  const config = readConfig();
  const { log, ...rest } = foundations(config);
  const tracker = buildTracker(config, { log, ...rest });

  let endingSinceMs: number | null = null;
  const end = (signal: string) => {
    const nowMs = systemClock.monotonicMs();
    if (endingSinceMs !== null) {
      // Somebody means it: what is in memory is lost, and the ledger will say so.
      if (nowMs - endingSinceMs > sameSignalMs && signal !== 'disconnect') process.exit(1);
      return;
    }
    endingSinceMs = nowMs;
    log.info({ event: 'draining', signal });
    tracker.drain().then(
      (lost) => process.exit(lost > 0 ? 1 : 0),
      (error: unknown) => {
        log.fatal({ event: 'drain_failed', err: error });
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
  // Started by a parent that watches over us: when it is gone, so are we.
  if (process.channel) process.on('disconnect', () => end('disconnect'));

  const listening = { ...(await tracker.listen()), writer: tracker.writer };
  log.info({ event: 'tracker_listening', ...listening });
  process.send?.({ kind: 'listening', ...listening });
}

main().catch((error: NodeJS.ErrnoException) => {
  if (error instanceof ConfigError) {
    process.stderr.write(`${error.message}\n`);
    process.exit(exitCodeConfig);
  }
  process.stderr.write(
    error.code === 'EADDRINUSE'
      ? `${error.message}. Set TRACKLINE_PORT and TRACKLINE_ADMIN_PORT to others, or to 0 for free ones.\n`
      : `${error.stack}\n`,
  );
  process.exit(1);
});
