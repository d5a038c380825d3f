import { join } from 'node:path';
import type { Bench } from './bench.ts';
import { measureColdStart, measureConsumer, measureStream } from './consumer/consumer.ts';
import { measureFreshness } from './freshness/freshness.ts';
import { measureSync } from './machine/sync-time.ts';
import { measureMemory } from './memory/memory.ts';
import { measureHalfLoad } from './open-loop/half-load.ts';
import { OpenClients } from './open-loop/open-clients.ts';
import { measureOverload } from './open-loop/overload.ts';

/** What is measured by itself, and not beside others; its figures stand under its name in the JSON. */
export interface Section {
  readonly name: string;
  /**
   * Several parts together on all cores, in place of one server on its own. That takes too long for a quick run, unless
   * it is asked for by name.
   */
  readonly isWhole?: boolean;
  measure(bench: Bench, settings: SectionSettings): Promise<object>;
}

export interface SectionSettings {
  readonly quick: boolean;
  /** The tracker, as one file. */
  readonly bundleFile: string;
}

export const sections: readonly Section[] = [
  {
    name: 'sync',
    measure: (bench, { quick }) => measureSync(join(bench.folder, 'spool'), quick ? 300 : 2_000),
  },
  {
    name: 'memory',
    measure: (bench, { bundleFile }) => measureMemory(bench, bundleFile, 100_000),
  },
  {
    name: 'openLoop',
    async measure(bench, { quick, bundleFile }) {
      const times = quick ? { durationMs: 6_000, warmUpMs: 2_000 } : { durationMs: 60_000, warmUpMs: 5_000 };
      return withOpenClients(bench, async (clients) => ({
        memory: await measureHalfLoad(bench, clients, { kind: 'memory', bundleFile, ...times }),
        disk: await measureHalfLoad(bench, clients, { kind: 'disk', bundleFile, ...times }),
      }));
    },
  },
  {
    name: 'f26',
    async measure(bench, { quick, bundleFile }) {
      const times = quick ? { durationMs: 1_500, warmUpMs: 2_000 } : { durationMs: 10_000, warmUpMs: 5_000 };
      return withOpenClients(bench, (clients) => measureOverload(bench, clients, { bundleFile, ...times }));
    },
  },
  { name: 'stream', measure: () => measureStream() },
  { name: 'consumer', isWhole: true, measure: (bench, { quick }) => measureConsumer(bench, { quick }) },
  { name: 'coldStart', isWhole: true, measure: (bench, { quick }) => measureColdStart(bench, { quick }) },
  { name: 'freshness', isWhole: true, measure: (bench, { quick }) => measureFreshness(bench, { quick }) },
];

async function withOpenClients<T>(bench: Bench, body: (clients: OpenClients) => Promise<T>): Promise<T> {
  const clients = await OpenClients.start(bench);
  try {
    return await body(clients);
  } finally {
    await clients.stop();
  }
}
