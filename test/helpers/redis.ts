import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

const servers = ['redis-server', 'valkey-server'];

function installed(): { program: string; version: string } | null {
  for (const program of servers) {
    try {
      const version = execFileSync(program, ['--version'], { encoding: 'utf8' });
      return { program, version: /v=([\d.]+)/.exec(version)?.[1] ?? '' };
    } catch {
      // Perhaps the other one is there.
    }
  }
  return null;
}

/** Why there is no real Redis here; null where there is one. */
export const realRedisMissing = installed()
  ? null
  : `install redis-server: neither ${servers.join(' nor ')} is on the PATH`;

export async function startRealRedis(): Promise<RealRedis> {
  const { program, version } = installed()!;
  ranAgainst(`${program} ${version}`);
  const folder = mkdtempSync(join(tmpdir(), 'trackline-redis-'));
  const port = await freePort();
  let child: ChildProcess;
  const start = async () => {
    const settings = [
      '--port',
      `${port}`,
      '--bind',
      '127.0.0.1',
      '--save',
      '',
      '--appendonly',
      'no',
      '--dir',
      folder,
    ];
    child = spawn(program, settings, { stdio: 'ignore' });
    await until('redis-server to answer', async () => {
      const probe = new Redis(port, '127.0.0.1', { lazyConnect: true, retryStrategy: null });
      probe.on('error', () => {});
      const answer = await probe.connect().then(
        () => probe.ping(),
        () => null,
      );
      probe.disconnect();
      return answer;
    });
  };
  const kill = async () => {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
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
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    async stop() {
      client.disconnect();
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The npm-only server that the embedded stack falls back to. */
export async function startNpmRedis(): Promise<TestRedis> {
  const require = createRequire(join(import.meta.dirname, '../../services/local/parts/redis.ts'));
  const { createRedisMock } = require('js-redis-server') as {
    createRedisMock(): Promise<{ port: number; close(): Promise<void> }>;
  };
  ranAgainst('npm-only Redis (js-redis-server)');
  const server = await createRedisMock();
  const client = new Redis(server.port, '127.0.0.1', { protocol: 2 });
  return {
    url: `redis://127.0.0.1:${server.port}`,
    client,
    async stop() {
      client.disconnect();
      await server.close();
    },
  };
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
