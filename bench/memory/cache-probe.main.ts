import { connectAnnouncements } from '@trackline/adapters/program-store/announcements.redis';
import { connectProgramStoreReader } from '@trackline/adapters/program-store/program-store.redis';
import { systemClock as clock } from '@trackline/domain/clock';
import { ProgramCache } from '@trackline/tracker/program-cache/program-cache';
import { percentile } from '../../test/faults/harness/percentile.ts';
import { until } from '../../test/helpers/until.ts';

/**
 * A program cache with nothing around it: by how much it grows the heap, and how long a lookup takes. Arguments: the
 * program store's URL, and the ids as JSON. Run with `--expose-gc`.
 */

const [, , redisUrl, count] = process.argv;
const ids = Array.from({ length: Number(count) }, (_, at) => `bench-large-${100_000 + at}`);
const silent = new Proxy({}, { get: () => () => {} }) as never;

const cache = new ProgramCache({
  reader: connectProgramStoreReader({ url: redisUrl!, commandTimeoutMs: 5_000 }),
  link: connectAnnouncements({
    url: redisUrl!,
    clock,
    random: Math.random,
    pingEveryMs: 60_000,
    pingTimeoutMs: 60_000,
  }),
  clock,
  random: Math.random,
  limits: {
    entriesMax: 100_000,
    ttlMs: 600_000,
    staleMs: 0,
    negativeEntriesMax: 1,
    negativeTtlMs: 1,
    pollEveryMs: 60_000,
    fetchesMax: 1_000,
  },
  telemetry: silent,
});

function heapBytes(): number {
  for (let turn = 0; turn < 3; turn++) gc!();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Takes in all programs, some hundreds at once. */
async function load(): Promise<void> {
  const atOnce = 500;
  for (let from = 0; from < ids.length; from += atOnce) {
    await Promise.all(ids.slice(from, from + atOnce).map((id) => cache.lookup(id)));
  }
}

/** One lookup at a time, of ids in an order without pattern. */
function lookupMicroseconds(): number[] {
  const random = ids.map((_, at) => ids[(at * 7_919) % ids.length]!);
  return random.map((id) => {
    // As a call brings it: a text of its own, which is not hashed yet.
    const own = Buffer.from(id).toString('latin1');
    const from = performance.now();
    cache.lookup(own);
    return (performance.now() - from) * 1_000;
  });
}

cache.open();
await until('the program cache to be coherent', () => cache.coherent);
const before = heapBytes();
await load();
const after = heapBytes();
if (cache.stats().entries !== ids.length) {
  throw new Error(`Of ${ids.length} programs, ${cache.stats().entries} are in memory.`);
}
lookupMicroseconds();
const microseconds = lookupMicroseconds();
process.send!({
  kind: 'measured',
  heapBytes: after - before,
  getP50Us: percentile(microseconds, 0.5),
  getP99Us: percentile(microseconds, 0.99),
});
process.exit();
