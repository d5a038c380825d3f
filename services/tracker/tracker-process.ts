import cluster from 'node:cluster';
import { hostname } from 'node:os';
import { connectKinesisEventStream } from '@trackline/adapters/event-stream/event-stream.kinesis';
import { buildLog } from '@trackline/adapters/log/log';
import { connectAnnouncements } from '@trackline/adapters/program-store/announcements.redis';
import { connectProgramStoreReader } from '@trackline/adapters/program-store/program-store.redis';
import { systemClock as clock, delay, type Random } from '@trackline/domain/clock';
import { newMessageId } from '@trackline/domain/message-id';
import { buildBotFilter } from './bots/bots.ts';
import type { FromWorker, ToWorker } from './cluster/messages.ts';
import { WorkerLine } from './cluster/worker-line.ts';
import { adminUrlIn, durabilityIn, type TrackerConfig } from './config.ts';
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
import { buildTracker, type Tracker } from './tracker.ts';
import { buildMetrics, observeLoop } from './watching/metrics.ts';
import { Telemetry } from './watching/telemetry.ts';

const randomBytes = pooledRandomBytes();

/**
 * One tracker as this process, alone or as a worker of a cluster: builds every client, handles the signals,
 * and ends the process with the drain's exit code.
 */
export async function runTracker(config: TrackerConfig, random: Random): Promise<void> {
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
  const { spool, adoptOrphans } = await openSpool(config, telemetry);
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
  // By itself it would end the process. In a cluster it is the primary that it is for.
  process.on('SIGUSR2', () => telemetry.restartIgnored());
  const line = cluster.isWorker ? joinCluster(tracker, adoptOrphans) : null;
  // Whoever started us with a channel has died without a signal: nobody would end us.
  process.on('disconnect', () => tracker.drain.begin('disconnect'));

  programs.open();
  const urls = await tracker.listen(line === null ? undefined : adminUrlIn(config)).catch((error: Error) => {
    process.stderr.write(
      `${error.message}. TRACKLINE_PORT and TRACKLINE_ADMIN_PORT say where to listen; 0 finds a free port.\n`,
    );
    process.exit(1);
  });
  telemetry.listening({ ...urls, writer: spool.writer });
  process.send?.({ kind: 'listening', ...urls, writer: spool.writer });
  void line?.tellReadiness();

  // The admin port stays open to the end, so that "not ready" is told until the process is gone; it also keeps
  // the process alive for the drain.
  const exitCode = await tracker.drain.ended;
  const closed = Promise.all([
    tracker.adminServer.close(),
    programs.close(),
    stream.close(),
    spool.close(),
    line?.lastCounts().then(say),
  ]);
  // What is still under way then, nobody waits for.
  await Promise.race([closed, delay(clock, limits.closeMs)]);
  process.exit(exitCode);
}

/** On the disk, where there is a folder for it. */
async function openSpool(
  config: TrackerConfig,
  telemetry: Telemetry,
): Promise<{ readonly spool: Spool; adoptOrphans(): Promise<void> }> {
  const { TRACKLINE_SPOOL_DIR: folder, TRACKLINE_SPOOL_BYTES: bytesMax } = config;
  const newWriter = () => newMessageId(clock.wallMs(), randomBytes);
  if (folder === undefined) {
    const spool = new MemorySpool({ writer: newWriter(), clock, bytesMax, limits });
    return { spool, adoptOrphans: async () => {} };
  }
  const files = nodeSpoolFiles;
  // In a cluster the primary says when: a slot may be the one that the next worker goes on with.
  const adopts = !cluster.isWorker;
  return openDiskSpool({ folder, bytesMax, files, clock, newWriter, limits, telemetry, adopts }).then(
    (spool) => ({ spool, adoptOrphans: () => spool.adoptOrphans() }),
    (error: Error) => {
      process.stderr.write(`The spool can't be opened, in TRACKLINE_SPOOL_DIR: ${error.message}\n`);
      process.exit(1);
    },
  );
}

/** Opens the line to the primary, which serves the admin port for all workers. */
function joinCluster(tracker: Tracker, adoptOrphans: () => Promise<void>): WorkerLine {
  // Else Node ends a worker at once when its primary is gone, and not as we do, drained.
  cluster.worker!.exitedAfterDisconnect = true;
  // Nobody tells us of what was before.
  if (!process.connected) tracker.drain.begin('disconnect');
  // Keeps the process alive for the drain, also without a primary.
  setInterval(() => {}, limits.keepAliveTimeoutMs);
  const line = new WorkerLine({
    clock,
    limits,
    reports: tracker.reports,
    adoptOrphans: () => {
      if (!tracker.drain.began) void adoptOrphans();
    },
    send: (message) => void say(message),
  });
  process.on('message', (message: ToWorker) => void line.hear(message));
  return line;
}

/** Resolves when the primary has it, or is gone. */
function say(message: FromWorker): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined || !process.connected) return resolve();
    process.send(message, undefined, undefined, () => resolve());
  });
}
