import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { hostname } from 'node:os';
import { buildLog } from '@trackline/adapters/log/log';
import { systemClock as clock, delay } from '@trackline/domain/clock';
import { buildCluster } from './cluster/cluster.ts';
import type { TrackerConfig } from './config.ts';
import { drainMsMax, limits } from './limits.ts';
import { originOf } from './origin.ts';

/**
 * The primary of a cluster as this process: it opens the admin port, has its workers open the public one,
 * handles the signals, and ends with the worst exit code of its workers.
 */
export async function runPrimary(config: TrackerConfig, workers: number): Promise<void> {
  const instance = config.TRACKLINE_INSTANCE ?? `${hostname()}-${process.pid}`;
  const log = buildLog({ level: config.TRACKLINE_LOG_LEVEL, base: { service: 'tracker', instance } });
  const publicPort = config.TRACKLINE_PORT || (await freePort(config.TRACKLINE_HOST).catch(endUnopened));
  const cluster = buildCluster({
    workers,
    clock,
    log,
    limits,
    endMsMax: drainMsMax(limits, config) + limits.workerOverdueMs,
    environmentOf: (place) => ({
      // The same for a worker that is started later, when nobody else may hold the port.
      TRACKLINE_PORT: String(publicPort),
      TRACKLINE_ADMIN_PORT: new URL(adminUrl).port,
      ...(config.TRACKLINE_INSTANCE !== undefined && { TRACKLINE_INSTANCE: `${instance}.${place}` }),
    }),
  });
  const { supervisor, adminServer } = cluster;

  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => supervisor.signal(signal));
  process.on('SIGUSR2', () => supervisor.restart());
  process.on('disconnect', () => supervisor.drain('disconnect'));

  // Open before there is a worker: it says why nobody is ready.
  await adminServer
    .listen({ host: config.TRACKLINE_ADMIN_HOST, port: config.TRACKLINE_ADMIN_PORT })
    .catch(endUnopened);
  const adminUrl = originOf(adminServer.server);
  supervisor.start();
  void supervisor.allListen.then(() => {
    const urls = { url: cluster.url(), adminUrl };
    cluster.telemetry.listening({ ...urls, workers });
    process.send?.({ kind: 'listening', ...urls, workers });
  });

  const { exitCode, failure } = await supervisor.ended;
  if (failure !== null) process.stderr.write(`The cluster ends with ${exitCode}: ${failure}.\n`);
  await Promise.race([adminServer.close(), delay(clock, limits.closeMs)]);
  process.exit(exitCode);
}

/** A port that is free now: whichever workers come and go, it stays the same. */
async function freePort(host: string): Promise<number> {
  const server = createServer().listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function endUnopened(error: Error): never {
  process.stderr.write(
    `${error.message}. TRACKLINE_PORT and TRACKLINE_ADMIN_PORT say where to listen; 0 finds a free port.\n`,
  );
  process.exit(1);
}
