import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import type { EventStream } from '@trackline/adapters/event-stream/event-stream';
import type { Clock, Random } from '@trackline/domain/clock';
import { delay } from '@trackline/domain/clock';
import type { RandomBytes } from '@trackline/domain/message-id';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { Registry } from 'prom-client';
import { Account } from './account.ts';
import { buildAdminServer } from './admin.ts';
import type { TrackerConfig } from './config.ts';
import { limits } from './limits.ts';
import type { ProgramCache } from './program-cache/program-cache.ts';
import { Sender } from './sender.ts';
import { buildPublicServer } from './server.ts';
import { MemorySpool } from './spool.memory.ts';
import { buildTelemetry, observe, type TrackerTelemetry } from './telemetry.ts';
import { Verdicts } from './verdicts.ts';

/** What the tracker stands on: given to it, so that a test or a simulation gives it others. */
export interface Foundations {
  readonly clock: Clock;
  readonly random: Random;
  readonly randomBytes: RandomBytes;
  readonly log: Logger;
  readonly stream: EventStream;
  readonly programs: (telemetry: TrackerTelemetry) => ProgramCache;
}

export interface Tracker {
  readonly writer: string;
  readonly publicServer: FastifyInstance;
  readonly adminServer: FastifyInstance;
  /** Begins to serve. */
  listen(): Promise<{ readonly url: string; readonly adminUrl: string }>;
  /**
   * Ends in order: unready at once, but serving for the drain's delay, so that balancers and clients move away; then no new connections; then the spool is sent, within
   * the drain's time-out, and the last statement.
   *
   * @returns how many accepted events are lost: what the stream would not take in time
   */
  drain(): Promise<number>;
}

/** Puts the tracker's parts together. */
export function buildTracker(config: TrackerConfig, foundations: Foundations): Tracker {
  const { clock, random, log, stream } = foundations;
  const registry = new Registry();
  const telemetry = buildTelemetry(log, registry);
  const writer = `${config.instance}-${randomBytes(6).toString('hex')}`;
  const spool = new MemorySpool({ writer, clock, bytesMax: config.spoolBytes });
  const sender = new Sender({
    spool,
    stream,
    clock,
    random,
    randomBytes: foundations.randomBytes,
    limits,
    telemetry,
  });
  const verdicts = new Verdicts(clock, limits);
  const programs = foundations.programs(telemetry);
  const account = new Account({
    spool,
    sender,
    verdicts,
    clock,
    instance: config.instance,
    everyMs: config.statementEveryMs,
  });
  observe(registry, { verdicts, spool, sender, programs });

  let draining = false;
  const isDraining = () => draining;
  const { instance, region } = config;
  const publicServer = buildPublicServer({
    tracking: { programs, spool, verdicts, clock, randomBytes: foundations.randomBytes, instance, region },
    log,
    acceptsUnverified: config.acceptsUnverified,
    trustProxy: config.trustProxy,
    isDraining,
  });
  const adminServer = buildAdminServer({ programs, sender, account, verdicts, registry, log, isDraining });

  return {
    writer,
    publicServer,
    adminServer,
    async listen() {
      programs.open();
      account.open();
      await adminServer.listen({ host: config.adminHost, port: config.adminPort });
      await publicServer.listen({ host: config.host, port: config.port });
      return { url: urlOf(publicServer), adminUrl: urlOf(adminServer) };
    },
    async drain() {
      const fromMs = clock.monotonicMs();
      draining = true;
      if (config.drainDelayMs > 0) await delay(clock, config.drainDelayMs);
      await publicServer.close();
      const lost = await sender.flush(config.drainTimeoutMs);
      account.close(lost);
      await sender.flush(limits.putTimeoutMs);
      telemetry.drained({ lost, seconds: (clock.monotonicMs() - fromMs) / 1000 });
      await programs.close();
      await stream.close();
      await adminServer.close();
      return lost;
    },
  };
}

function urlOf(server: FastifyInstance): string {
  const { address, family, port } = server.server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
