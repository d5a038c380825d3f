import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort, startGuarded } from './guarded-process.ts';
import type { Part } from './part.ts';
import { waitFor } from './wait-for.ts';

/**
 * Redis, the best that there is: the one that REDIS_URL names, else a server from the PATH, else the one from
 * npm. None of ours keeps anything over a restart: the program store is rebuilt from the program table.
 */
export async function startRedis(
  folder: string,
  options: { readonly url: string | undefined; readonly npmOnly: boolean },
): Promise<Part> {
  if (options.url) return { label: 'Redis, as REDIS_URL names it', url: options.url, stop: async () => {} };
  const server = options.npmOnly ? null : await findRedisServer();
  if (server) return startRedisServer(server, folder);
  const why = options.npmOnly ? 'As --redis npm says' : 'No redis-server or valkey-server is on the PATH';
  return { ...(await startNpmRedis()), note: `${why}: good enough to try, not to measure.` };
}

export interface RedisServer {
  readonly program: string;
  readonly version: string;
}

/** The server on the PATH, and its version. */
export async function findRedisServer(): Promise<RedisServer | null> {
  for (const program of ['redis-server', 'valkey-server']) {
    try {
      const { stdout } = await promisify(execFile)(program, ['--version']);
      return { program, version: /v=([\d.]+)/.exec(stdout)?.[1] ?? '' };
    } catch {
      // Not on the PATH: the next one may be.
    }
  }
  return null;
}

async function startRedisServer({ program, version }: RedisServer, folder: string): Promise<Part> {
  const port = await freePort();
  const child = startGuarded([program, ...serverArguments(port, folder)], join(folder, 'redis.log'));
  await waitFor(`${program} to listen`, () => isListening(port), child.ended);
  return { label: `${program} ${version}`, url: `redis://127.0.0.1:${port}`, ...child };
}

/** On loopback, and never on disk. */
export function serverArguments(port: number, folder: string): string[] {
  const network = ['--port', String(port), '--bind', '127.0.0.1'];
  return [...network, '--save', '', '--appendonly', 'no', '--dir', folder];
}

/** The server from npm, put together from its parts: put together by itself it listens on every interface. */
export async function startNpmRedis(): Promise<Part> {
  const { createRedisCommandExecutor, RedisServerState, Resp2Server } = createRequire(import.meta.url)(
    'js-redis-server/core',
  ) as typeof import('js-redis-server/core');
  const resp = new Resp2Server({ server: new RedisServerState(), executor: createRedisCommandExecutor() });
  resp.server.listen(0, '127.0.0.1');
  await once(resp.server, 'listening');
  return {
    label: 'npm-only Redis (js-redis-server)',
    url: `redis://127.0.0.1:${resp.getPort()}`,
    stop: () => resp.close(),
  };
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
