import { hostname } from 'node:os';
import { ConfigError, exitCodeConfig } from '@trackline/adapters/environment/environment';
import { connectKinesisEventStream } from '@trackline/adapters/event-stream/event-stream.kinesis';
import { buildLog } from '@trackline/adapters/log/log';
import { connectAnnouncements } from '@trackline/adapters/program-store/announcements.redis';
import { connectProgramStoreReader } from '@trackline/adapters/program-store/program-store.redis';
import { systemClock as clock, delay } from '@trackline/domain/clock';
import { newMessageId } from '@trackline/domain/message-id';
import { buildBotFilter } from './bots/bots.ts';
import { durabilityIn, processConfig, type TrackerConfig } from './config.ts';
import { buildConsentReader } from './consent/signals.ts';
import { readCorsOrigins } from './http/cors.ts';
import { readTrustedProxies } from './http/request/trusted-proxies.ts';
import { limits } from './limits.ts';
import { ProgramCache } from './program-cache/program-cache.ts';
import { pooledRandomBytes } from './random-bytes.ts';
import { openDiskSpool } from './shipping/disk/disk-spool.ts';
import { nodeSpoolFiles } from './shipping/disk/spool-files.node.ts';
import { MemorySpool } from './shipping/spool.memory.ts';
import type { Spool } from './shipping/spool.ts';
import { buildTracker } from './tracker.ts';
import { buildMetrics, observeLoop } from './watching/metrics.ts';
import { Telemetry } from './watching/telemetry.ts';

/** The tracker's process: builds every client, handles the signals, and ends with the drain's exit code. */

const random = Math.random;
const randomBytes = pooledRandomBytes();

function configOrExit(): TrackerConfig {
  try {
    return processConfig();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(exitCodeConfig);
  }
}

/** On the disk, where there is a folder for it. */
async function openSpool(): Promise<Spool> {
  const { TRACKLINE_SPOOL_DIR: folder, TRACKLINE_SPOOL_BYTES: bytesMax } = config;
  const newWriter = () => newMessageId(clock.wallMs(), randomBytes);
  if (folder === undefined) return new MemorySpool({ writer: newWriter(), clock, bytesMax, limits });
  const files = nodeSpoolFiles;
  return openDiskSpool({ folder, bytesMax, files, clock, newWriter, limits, telemetry }).catch(
    (error: Error) => {
      process.stderr.write(`The spool can't be opened, in TRACKLINE_SPOOL_DIR: ${error.message}\n`);
      process.exit(1);
    },
  );
}

const config = configOrExit();
const instance = config.TRACKLINE_INSTANCE ?? `${hostname()}-${process.pid}`;
const log = buildLog({ level: config.TRACKLINE_LOG_LEVEL, base: { service: 'tracker', instance } });
const metrics = buildMetrics();
observeLoop(metrics.registry);
const telemetry = new Telemetry(log, metrics, clock);

const stream = connectKinesisEventStream({
  streamName: config.TRACKLINE_EVENT_STREAM,
  region: config.AWS_REGION,
  ...(config.AWS_ENDPOINT_URL_KINESIS !== undefined && { endpoint: config.AWS_ENDPOINT_URL_KINESIS }),
  requestTimeoutMs: limits.putTimeoutMs,
  // One more than the sender's calls, for statements.
  maxSockets: limits.putCallsMax + 1,
});
const programs = new ProgramCache({
  reader: connectProgramStoreReader({
    url: config.REDIS_URL,
    commandTimeoutMs: config.TRACKLINE_REDIS_TIMEOUT_MS,
    onDamaged: (id, detail) => telemetry.programDamaged(id, detail),
  }),
  link: connectAnnouncements({
    url: config.REDIS_URL,
    clock,
    random,
    pingEveryMs: limits.linkPingEveryMs,
    pingTimeoutMs: limits.linkPingTimeoutMs,
  }),
  clock,
  random,
  limits: {
    entriesMax: config.TRACKLINE_PROGRAM_CACHE_ENTRIES,
    ttlMs: config.TRACKLINE_PROGRAM_CACHE_TTL_MS,
    staleMs: config.TRACKLINE_PROGRAM_CACHE_STALE_MS,
    negativeTtlMs: config.TRACKLINE_NEGATIVE_CACHE_TTL_MS,
    negativeEntriesMax: limits.negativeEntriesMax,
    fetchesMax: limits.fetchesMax,
    pollEveryMs: limits.storePollEveryMs,
  },
  telemetry,
});
const spool = await openSpool();
const tracker = buildTracker({
  programs,
  spool,
  stream,
  clock,
  random,
  randomBytes,
  keyring: config.keyring,
  consent: buildConsentReader({ vendorId: config.TRACKLINE_TCF_VENDOR_ID ?? null }),
  bots: buildBotFilter({ iabList: config.iabList, limits }),
  metrics,
  telemetry,
  limits,
  settings: {
    host: config.TRACKLINE_HOST,
    port: config.TRACKLINE_PORT,
    adminHost: config.TRACKLINE_ADMIN_HOST,
    adminPort: config.TRACKLINE_ADMIN_PORT,
    instance,
    region: config.AWS_REGION,
    acceptsUnverified: config.TRACKLINE_UNKNOWABLE === 'accept',
    consentWithoutSignal: config.TRACKLINE_CONSENT_WITHOUT_SIGNAL,
    visitorCookie: { kind: config.TRACKLINE_VISITOR_COOKIE, days: config.TRACKLINE_VISITOR_COOKIE_DAYS },
    rates: {
      programPerSecond: config.TRACKLINE_RATE_LIMIT_PROGRAM,
      addressPerSecond: config.TRACKLINE_RATE_LIMIT_ADDRESS,
    },
    trustedProxies: readTrustedProxies(config.TRACKLINE_TRUST_PROXY).ranges,
    cors: readCorsOrigins(config.TRACKLINE_CORS_ORIGINS),
    durability: durabilityIn(config),
    drainDelayMs: config.TRACKLINE_DRAIN_DELAY_MS,
    drainTimeoutMs: config.TRACKLINE_DRAIN_TIMEOUT_MS,
    statementEveryMs: config.TRACKLINE_STATEMENT_EVERY_MS,
  },
});

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => tracker.drain.signal(signal));
// Whoever started us with a channel has died without a signal: nobody would end us.
process.on('disconnect', () => tracker.drain.begin('disconnect'));

programs.open();
const urls = await tracker.listen().catch((error: Error) => {
  process.stderr.write(
    `${error.message}. TRACKLINE_PORT and TRACKLINE_ADMIN_PORT say where to listen; 0 finds a free port.\n`,
  );
  process.exit(1);
});
telemetry.listening({ ...urls, writer: spool.writer });
process.send?.({ kind: 'listening', ...urls, writer: spool.writer });

// The admin port stays open to the end, so that "not ready" is told until the process is gone; it also keeps
// the process alive for the drain.
const exitCode = await tracker.drain.ended;
const closed = Promise.all([tracker.adminServer.close(), programs.close(), stream.close(), spool.close()]);
// What is still under way then, nobody waits for.
await Promise.race([closed, delay(clock, limits.closeMs)]);
process.exit(exitCode);
