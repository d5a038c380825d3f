import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { exitCodeConfig } from '@trackline/adapters/environment/environment';
import type { Bench } from '../bench.ts';
import { onServerCore } from '../machine/pinning.ts';
import { type Listening, ServerProcess } from '../processes/server-process.ts';
import type { Scenario } from '../traffic/requests.ts';
import { type Contender, connectionsUsual, type RunningContender, Unfit } from './contender.ts';

/** How safe events are, and by how many processes they are taken. */
export type TrackerKind = 'memory' | 'disk' | 'stream' | 'memory2';

const durabilities = (durability: string) => ({
  TRACKLINE_DURABILITY_IMPRESSION: durability,
  TRACKLINE_DURABILITY_CLICK: durability,
  TRACKLINE_DURABILITY_TRANSACTION: durability,
});

const variablesOf: Readonly<Record<TrackerKind, Readonly<Record<string, string>>>> = {
  memory: durabilities('memory'),
  memory2: { ...durabilities('memory'), TRACKLINE_WORKERS: '2' },
  disk: durabilities('disk'),
  stream: { ...durabilities('disk'), TRACKLINE_DURABILITY_TRANSACTION: 'stream' },
};

/** A tracker of a build, as a contender. */
export function trackerContender(
  bench: Bench,
  options: { name: string; scenario: Scenario; kind: TrackerKind; bundleFile: string },
): Contender {
  const { name, scenario, kind, bundleFile } = options;
  return {
    name,
    scenario,
    // Each waits for the sender's linger, so that fewer would leave the server idle.
    connections: kind === 'stream' ? 1_024 : connectionsUsual,
    warmUpRounds: 3,
    async start() {
      const tracker = await startTracker(bench, { name, kind, bundleFile });
      return tracker.contender;
    },
  };
}

export interface RunningTracker {
  readonly contender: RunningContender;
  readonly adminUrl: string;
  readonly process: ServerProcess;
}

/** As docs/guides/configuration.md has trackers started. */
const nodeFlags = ['--single-threaded-gc', '--max-semi-space-size=16'];

/** Starts a tracker on the server's core, against the parts of the bench; resolves when it is ready. */
export async function startTracker(
  bench: Bench,
  options: {
    name: string;
    kind: TrackerKind;
    bundleFile: string;
    environment?: Readonly<Record<string, string>>;
    nodeOptions?: readonly string[];
  },
): Promise<RunningTracker> {
  const { name, kind, bundleFile, environment = {}, nodeOptions = [] } = options;
  const spool = join(bench.folder, 'spool', name);
  await rm(spool, { recursive: true, force: true });
  const process = new ServerProcess({
    name,
    command: onServerCore(bench.pinning, [bench.node, ...nodeFlags, ...nodeOptions, bundleFile]),
    environment: {
      ...bench.probe,
      AWS_REGION: 'eu-central-1',
      TRACKLINE_EVENT_STREAM: 'bench',
      AWS_ENDPOINT_URL_KINESIS: bench.parts.kinesisUrl,
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      REDIS_URL: bench.parts.redisUrl,
      TRACKLINE_INSTANCE: 'bench',
      TRACKLINE_PORT: '0',
      TRACKLINE_ADMIN_PORT: '0',
      TRACKLINE_DRAIN_DELAY_MS: '0',
      ...(!kind.startsWith('memory') && { TRACKLINE_SPOOL_DIR: spool }),
      ...variablesOf[kind],
      ...environment,
    },
    logFile: join(bench.folder, 'logs', `${name}.log`),
  });
  const listening = await process.listening.catch((error: Error) => {
    if (
      /TRACKLINE_WORKERS: no such variable/.test(error.message) &&
      error.message.includes(`${exitCodeConfig}`)
    ) {
      throw new Unfit('this revision knows no TRACKLINE_WORKERS');
    }
    throw error;
  });
  const { url, adminUrl } = listening as Required<Listening>;
  await readyWithin(adminUrl, 15_000);
  return {
    adminUrl,
    process,
    contender: {
      url,
      pid: process.pid,
      settled: () => allSent(adminUrl),
      async heapBytes() {
        if (kind === 'memory2') return null;
        return (await process.ask<{ bytes: number }>({ ask: 'heap' }, 'heap')).bytes;
      },
      async stop() {
        await process.stop();
        await rm(spool, { recursive: true, force: true });
      },
    },
  };
}

/** Of workers, all have to be: what one takes for another is not what is measured. */
async function readyWithin(adminUrl: string, patienceMs: number): Promise<void> {
  const endMs = performance.now() + patienceMs;
  for (;;) {
    const answer = await fetch(`${adminUrl}/readyz`).catch(() => null);
    const told = (await answer?.json()) as { ready: boolean; degraded?: boolean } | undefined;
    if (told?.ready && !told.degraded) return;
    if (performance.now() > endMs) throw new Error(`The tracker was not ready: ${JSON.stringify(told)}`);
    await pause(25);
  }
}

/** Waits until all that was accepted is on the stream: what that costs is a part of the calls' cost. */
async function allSent(adminUrl: string): Promise<void> {
  // The sender lingers for 50 ms, so that to ask sooner would only cost the tracker time.
  await pause(75);
  for (const endMs = performance.now() + 10_000; performance.now() < endMs; await pause(50)) {
    const ledger = await fetch(`${adminUrl}/ledger`);
    if (unsentIn(await ledger.json()) === 0) return;
  }
  throw new Error('The tracker did not send within 10 s what it had accepted.');
}

/** Of one tracker, or of all the workers of one. */
export function unsentIn(ledger: unknown): number {
  const { unsent, workers } = ledger as { unsent?: number; workers?: unknown[] };
  if (unsent !== undefined) return unsent;
  return (workers ?? []).reduce<number>((sum, worker) => sum + unsentIn(worker), 0);
}
