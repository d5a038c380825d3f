import type { EventStream } from '@trackline/adapters/event-stream/event-stream';
import type { Keyring } from '@trackline/adapters/keyring/keyring';
import type { Clock, Random } from '@trackline/domain/clock';
import type { ConsentChoice } from '@trackline/domain/consent';
import type { RandomBytes } from '@trackline/domain/message-id';
import type { FastifyInstance } from 'fastify';
import type { BotFilter } from './bots/bots.ts';
import type { ConsentReader } from './consent/signals.ts';
import type { Drain } from './drain.ts';
import { drainOf } from './drain-of-tracker.ts';
import { type CorsOrigins, pageOriginsOf } from './http/cors.ts';
import { watchLoopUse } from './http/overload/loop-use.ts';
import { Overload } from './http/overload/overload.ts';
import { trustOf } from './http/request/trusted-proxies.ts';
import { VisitorCookie, type VisitorCookieSettings } from './http/request/visitor.ts';
import { buildPublicServer } from './http/server.ts';
import type { ProgramLookups } from './http/tracking/call.ts';
import type { Limits } from './limits.ts';
import { originOf } from './origin.ts';
import { RateLimits, type RateSettings } from './rate-limit/rate-limits.ts';
import { type DurabilitySettings, outlivesProcess } from './shipping/durability.ts';
import { Sender } from './shipping/sender.ts';
import type { Spool } from './shipping/spool.ts';
import { Statements } from './shipping/statements.ts';
import { buildAdminServer } from './watching/admin.ts';
import { type Metrics, observe } from './watching/metrics.ts';
import { Tally } from './watching/tally.ts';
import type { Telemetry } from './watching/telemetry.ts';
import { TrackerReports } from './watching/tracker-reports.ts';
import { VerdictRing } from './watching/verdict-ring.ts';

/** What a tracker is made of: everything that reaches outside the process is given. */
export interface TrackerParts {
  readonly programs: Programs;
  readonly spool: Spool;
  readonly stream: EventStream;
  readonly clock: Clock;
  readonly random: Random;
  readonly randomBytes: RandomBytes;
  readonly keyring: Keyring;
  readonly consent: ConsentReader;
  readonly bots: BotFilter;
  readonly metrics: Metrics;
  readonly telemetry: Telemetry;
  readonly limits: Limits;
  readonly settings: TrackerSettings;
}

/** The program cache, as the tracker uses it. */
export interface Programs extends ProgramLookups {
  readonly coherent: boolean;
  /** Whether it was coherent at least once. */
  readonly wasCoherent: boolean;
  clear(): void;
  stats(): { readonly entries: number };
}

export interface TrackerSettings {
  readonly host: string;
  readonly port: number;
  readonly adminHost: string;
  readonly adminPort: number;
  readonly instance: string;
  readonly region: string;
  readonly acceptsUnverified: boolean;
  readonly consentWithoutSignal: ConsentChoice;
  readonly visitorCookie: VisitorCookieSettings;
  readonly rates: RateSettings;
  readonly trustedProxies: readonly string[];
  readonly cors: CorsOrigins;
  /** How safe an event is before its call is answered; beyond `memory`, the spool has to be on a disk. */
  readonly durability: DurabilitySettings;
  readonly drainDelayMs: number;
  readonly drainTimeoutMs: number;
  readonly statementEveryMs: number;
}

export interface Tracker {
  readonly publicServer: FastifyInstance;
  readonly adminServer: FastifyInstance;
  readonly sender: Sender;
  readonly drain: Drain;
  /** What its admin port tells. */
  readonly reports: TrackerReports;
  /**
   * Opens both ports and begins to state. Rejects where a port can't be had.
   *
   * @param servedAt where another process serves the admin port for this one: then it opens none
   */
  listen(servedAt?: string): Promise<{ readonly url: string; readonly adminUrl: string }>;
  /** Closes the ports without draining; resolves when they are closed. */
  close(): Promise<void>;
}

/** Puts a tracker together; it listens once told to. */
export function buildTracker(parts: TrackerParts): Tracker {
  const { programs, spool, stream, clock, random, randomBytes, metrics, telemetry, limits, settings } = parts;
  const { instance } = settings;
  const sinceMs = clock.wallMs();
  const tally = new Tally();
  const ring = new VerdictRing(clock, limits);
  const overload = new Overload({ spool, clock, loopUse: watchLoopUse(), limits, telemetry });
  const sender = new Sender({ spool, stream, clock, random, randomBytes, limits, telemetry });
  const statements = new Statements({
    stream,
    clock,
    random,
    randomBytes,
    everyMs: settings.statementEveryMs,
    limits,
    spool,
    instance,
    sinceMs,
    waitsForSpool: outlivesProcess(settings.durability),
    counts: () => tally.totals(),
    telemetry,
  });

  const isDraining = () => drain.began;
  const pageOrigins = new Set<string>();
  const publicServer = buildPublicServer({
    parts: {
      programs,
      spool,
      durability: settings.durability,
      overload,
      tally,
      ring,
      clock,
      random,
      randomBytes,
      limits,
      telemetry,
      keyring: parts.keyring,
      consent: parts.consent,
      bots: parts.bots,
      visitors: new VisitorCookie(settings.visitorCookie, randomBytes),
      rates: new RateLimits(settings.rates, limits, clock),
      trusts: trustOf(settings.trustedProxies),
      consentWithoutSignal: settings.consentWithoutSignal,
      acceptsUnverified: settings.acceptsUnverified,
      instance,
      region: settings.region,
    },
    cors: settings.cors,
    pageOrigins,
    isDraining,
  });
  const reports = new TrackerReports({
    clock,
    limits,
    instance,
    sinceMs,
    durability: settings.durability,
    spool,
    programs,
    tally,
    ring,
    registry: metrics.registry,
    isDraining,
  });
  const adminServer = buildAdminServer({
    clock,
    limits,
    reports,
    async buildOpenApi() {
      const { buildOpenApi } = await import('./http/openapi.ts');
      return buildOpenApi(() => originOf(publicServer.server));
    },
  });
  observe(metrics.registry, { clock, tally, spool, sender, overload, programs });

  const drain = drainOf({
    settings,
    limits,
    clock,
    publicServer,
    spool,
    sender,
    statements,
    tally,
    telemetry,
  });

  return {
    publicServer,
    adminServer,
    sender,
    drain,
    reports,
    async listen(servedAt) {
      await publicServer.listen({ host: settings.host, port: settings.port });
      const adminUrl = servedAt ?? (await openAdminPort());
      for (const origin of pageOriginsOf(adminUrl)) pageOrigins.add(origin);
      statements.start();
      overload.start();
      return { url: originOf(publicServer.server), adminUrl };
    },
    async close() {
      statements.stop();
      overload.stop();
      void sender.stop();
      publicServer.server.closeAllConnections();
      await Promise.all([publicServer.close(), adminServer.close()]);
    },
  };
  async function openAdminPort(): Promise<string> {
    await adminServer.listen({ host: settings.adminHost, port: settings.adminPort });
    return originOf(adminServer.server);
  }
}
