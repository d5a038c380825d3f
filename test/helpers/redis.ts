import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, type GuardedProcess, startGuarded } from '@trackline/local/parts/guarded-process';
import {
  findRedisServer,
  serverArguments,
  startNpmRedis as startNpmPart,
} from '@trackline/local/parts/redis';
import { Redis } from 'ioredis';
import { ranAgainst } from './real-parts.ts';
import { until } from './until.ts';

/** A Redis of a test's own, with a connection of the test's own to look in by. */
export interface TestRedis {
  readonly url: string;
  readonly client: Redis;
  stop(): Promise<void>;
}

/** A real server, which can be treated badly. Its data does not survive a restart. */
export interface RealRedis extends TestRedis {
  readonly port: number;
  kill(): Promise<void>;
  /** Starts it again on the same port, empty. */
  restart(): Promise<void>;
  /** SIGSTOP and SIGCONT. */
  freeze(): void;
  thaw(): void;
}

const installed = await findRedisServer();

/** Why there is no real Redis here; null where there is one. */
export const realRedisMissing = installed
  ? null
  : 'install redis-server: neither redis-server nor valkey-server is on the PATH';

export async function startRealRedis(): Promise<RealRedis> {
  const { program, version } = installed!;
  ranAgainst(`${program} ${version}`);
  const folder = mkdtempSync(join(tmpdir(), 'trackline-redis-'));
  const port = await freePort();
  let guarded: GuardedProcess;
  /** Its own, and not its guard's; null while it does not run. */
  let pid: number | null = null;
  const start = async () => {
    // Under its guard it ends with this process, also with one that is killed.
    guarded = startGuarded([program, ...serverArguments(port, folder)], join(folder, 'redis.log'));
    pid = await until('redis-server to answer', async () => {
      const probe = new Redis(port, '127.0.0.1', { lazyConnect: true, retryStrategy: null });
      probe.on('error', () => {});
      const answer = await probe.connect().then(
        () => probe.info('server'),
        () => '',
      );
      probe.disconnect();
      return Number(/^process_id:(\d+)/m.exec(answer)?.[1] ?? 0);
    });
  };
  const signal = (name: NodeJS.Signals) => void (pid !== null && process.kill(pid, name));
  const kill = async () => {
    signal('SIGKILL');
    await guarded.ended;
    pid = null;
  };
  await start();
  const client = new Redis(port, '127.0.0.1', { retryStrategy: () => 20 });
  client.on('error', () => {});
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    client,
    kill,
    restart: start,
    freeze: () => signal('SIGSTOP'),
    thaw: () => signal('SIGCONT'),
    async stop() {
      client.disconnect();
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The npm-only server that the embedded stack falls back to. */
export async function startNpmRedis(): Promise<TestRedis> {
  const part = await startNpmPart();
  ranAgainst(part.label);
  const client = new Redis(part.url, { protocol: 2 });
  return {
    url: part.url,
    client,
    async stop() {
      client.disconnect();
      await part.stop();
    },
  };
}
