import { join } from 'node:path';
import autocannon from 'autocannon';
import type { Bench } from '../bench.ts';
import { startTracker } from '../contenders/tracker.ts';
import { residentBytes } from '../machine/cpu-time.ts';
import { benchProgram, fillProgramStore } from '../parts/programs.ts';
import { ServerProcess } from '../processes/server-process.ts';

/** What programs in memory cost. */
export interface MemoryFigures {
  readonly programs: number;
  /** By how much the program cache grows the heap, after a collection. */
  readonly heapMb100k: number;
  /** Of a tracker that was called for each of them. */
  readonly rssMb100k: number;
  readonly trackerHeapMb: number;
  readonly getP50Us: number;
  readonly getP99Us: number;
}

const mb = (bytes: number) => bytes / 1024 ** 2;

/** @param count how many programs; 100,000 for the figures that bear that number */
export async function measureMemory(bench: Bench, bundleFile: string, count: number): Promise<MemoryFigures> {
  const ids = Array.from({ length: count }, (_, at) => `bench-large-${100_000 + at}`);
  bench.say(`memory: writing ${count} programs into the program store`);
  await fillProgramStore(bench.parts.redisUrl, ids.map(benchProgram));
  bench.say('memory: a program cache by itself');
  const cache = await measureCache(bench, count);
  bench.say('memory: a tracker that is called for each program');
  const tracker = await measureTracker(bench, bundleFile, ids);
  return {
    programs: count,
    heapMb100k: mb(cache.heapBytes),
    ...tracker,
    getP50Us: cache.getP50Us,
    getP99Us: cache.getP99Us,
  };
}

async function measureCache(bench: Bench, count: number) {
  const bundleFile = await bench.bundled('bench/memory/cache-probe.main.ts');
  const probe = new ServerProcess({
    name: 'the program cache',
    command: [bench.node, '--expose-gc', bundleFile, bench.parts.redisUrl, String(count)],
    environment: {},
    logFile: join(bench.folder, 'logs', 'program-cache.log'),
  });
  return probe.told<{ heapBytes: number; getP50Us: number; getP99Us: number }>('measured');
}

async function measureTracker(bench: Bench, bundleFile: string, ids: readonly string[]) {
  const tracker = await startTracker(bench, { name: 'memory.tracker', kind: 'memory', bundleFile });
  const { contender } = tracker;
  try {
    await callForEach(contender.url, ids);
    await contender.settled();
    const rssBytes = residentBytes(contender.pid);
    const heapBytes = await contender.heapBytes();
    return { rssMb100k: mb(rssBytes), trackerHeapMb: mb(heapBytes!) };
  } finally {
    await contender.stop();
  }
}

/** An impression of each program, over some connections, each with its share of them. */
async function callForEach(url: string, ids: readonly string[]): Promise<void> {
  const connections = 50;
  const share = Math.ceil(ids.length / connections);
  let next = 0;
  const { '2xx': answered, non2xx } = await autocannon({
    url,
    connections,
    amount: share * connections,
    setupClient(client) {
      const own = ids.slice(next, next + share);
      next += share;
      client.setRequests(own.map((id) => ({ path: `/v1/impression/${id}?publisher=p1` })));
    },
  });
  if (non2xx > 0) throw new Error(`Of ${answered + non2xx} impressions, ${non2xx} were not taken.`);
}
