import { mkdir } from 'node:fs/promises';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import type { Part } from './part.ts';
import { servedHere } from './served-here.ts';

/** Kinesis: kinesalite in this process, on a free port of loopback, its state under `folder`. */
export async function startKinesis(folder: string): Promise<Part> {
  await mkdir(folder, { recursive: true });
  const require = createRequire(import.meta.url);
  const kinesalite = require('kinesalite') as (options: object) => Server;
  const { version } = require('kinesalite/package.json') as { version: string };
  const server = kinesalite({ path: folder, createStreamMs: 0, deleteStreamMs: 0, shardLimit: 100 });
  return servedHere(`kinesalite ${version}`, server);
}
