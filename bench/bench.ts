import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { bundle } from './build/bundle.ts';
import { Client } from './client/client.ts';
import { type Pinning, pinOthers } from './machine/pinning.ts';
import { type Parts, startParts } from './parts/parts.ts';

/** What all measurements of a run share. */
export interface Bench {
  /** Where files stay that outlive the run. */
  readonly home: string;
  /** Where all other files of the run are; it stays where the run fails, for its logs. */
  readonly folder: string;
  /** The program that runs servers. */
  readonly node: string;
  readonly pinning: Pinning;
  readonly parts: Parts;
  readonly client: Client;
  /** Variables that have a server of Node tell of its heap and its pauses (processes/probe.mjs). */
  readonly probe: Readonly<Record<string, string>>;
  /** Tells a person how far it is. */
  readonly say: (line: string) => void;
  /** A program of the bench itself, as one file. */
  bundled(entry: string): Promise<string>;
}

export const repositoryRoot = join(import.meta.dirname, '..');

/**
 * Runs `body` with all parts, which are ended in any case; in a folder of its own, so that no other run is in its
 * way.
 */
export async function withBench<T>(
  home: string,
  say: (line: string) => void,
  body: (bench: Bench) => Promise<T>,
): Promise<T> {
  await mkdir(home, { recursive: true });
  const folder = await mkdtemp(join(home, 'run-'));
  await mkdir(join(folder, 'logs'));
  const bundles = new Map<string, Promise<string>>();
  const bundled = (entry: string): Promise<string> => {
    const outfile = join(folder, 'build', entry.replace(/^.*\/|\.main\.ts$/g, '').concat('.mjs'));
    const built = bundles.get(entry) ?? bundle(repositoryRoot, entry, outfile);
    bundles.set(entry, built);
    return built;
  };
  const undo: (() => Promise<unknown>)[] = [];
  try {
    const pinning = pinOthers();
    const parts = await startParts(folder, await bundled('bench/parts/kinesis-sink.main.ts'));
    undo.unshift(() => parts.stop());
    const logFile = join(folder, 'logs', 'client.log');
    const client = await Client.start(await bundled('bench/client/client.main.ts'), logFile);
    undo.unshift(() => client.stop());
    const probe = { NODE_OPTIONS: `--import=${new URL('./processes/probe.mjs', import.meta.url)}` };
    const node = process.execPath;
    const result = await body({ home, folder, node, pinning, parts, client, probe, say, bundled });
    undo.push(() => rm(folder, { recursive: true }));
    return result;
  } catch (error) {
    say(`logs: ${join(folder, 'logs')}`);
    throw error;
  } finally {
    for (const stop of undo) await stop();
  }
}
