import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import type { Part } from './part.ts';

/** Kinesis: kinesalite in this process, on a free port of loopback, its state under `folder`. */
export async function startKinesis(folder: string): Promise<Part> {
  await mkdir(folder, { recursive: true });
  const require = createRequire(import.meta.url);
  const kinesalite = require('kinesalite') as (options: object) => Server;
  const { version } = require('kinesalite/package.json') as { version: string };
  const server = kinesalite({ path: folder, createStreamMs: 0, deleteStreamMs: 0, shardLimit: 100 });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    label: `kinesalite ${version}`,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
