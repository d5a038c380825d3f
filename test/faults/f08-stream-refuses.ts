import { pause } from '../helpers/pause.ts';
import { shardRate } from '../helpers/shard-rates.ts';
import { until } from '../helpers/until.ts';
import type { Fault } from './fault.ts';
import { behindKinesisProxy } from './harness/behind-kinesis-proxy.ts';
import { shortfall } from './harness/load.ts';

const MiB = 1024 * 1024;
const heapGrowthMax = 50 * MiB;

const longForm = { outageMs: 600_000, perSecond: 2_000, rate: shardRate, programs: 100 };
/** Shards so slow that what waited is more than they take at once. */
const shortForm = {
  outageMs: 2_000,
  perSecond: 400,
  programs: 2,
  rate: { bytesPerSecond: 150 * 1024, recordsPerSecond: 1_000 },
};

/**
 * In the first half of the outage nobody listens, in the second every call fails. Then shards take what AWS's do and no
 * more, while calls go on coming: what waited comes on top.
 */
export const fault: Fault = {
  id: 'F8',
  injects: 'Kinesis refuses for 10 min at 2,000 events/s',
  expects: 'spools, catches up at the rate of the shards, holds no more memory than before',
  run(surroundings) {
    const { short, say } = surroundings;
    const { outageMs, perSecond, rate, programs } = short ? shortForm : longForm;
    return behindKinesisProxy(
      surroundings,
      { shards: 2, rate, programs },
      async ({ system, proxy, tracker }) => {
        const load = system.load({ perSecond, concurrency: 32, transactionShare: 0.01 });
        await until('the tracker to be warm', () => load.counts.accepted >= perSecond, 60_000);
        const heapBefore = await tracker.heapBytes();

        say(`Kinesis refuses for ${outageMs / 1000} s.`);
        const { accepted } = load.counts;
        await proxy.shut();
        const told = () => say(`${inFigures(load.counts.accepted)} events accepted.`);
        await goOn(outageMs / 2, told);
        proxy.treat = () => ({ error: 'InternalFailure', status: 500 });
        await proxy.reopen();
        await goOn(outageMs / 2, told);
        const arrived = Math.round((load.counts.accepted - accepted) / (outageMs / 1000));
        const { unsent: depth } = await tracker.ledger();
        const heapDuring = await tracker.heapBytes();

        say(`It is back. ${inFigures(depth)} events wait.`);
        const backMs = performance.now();
        const { tried, taken } = proxy.records;
        proxy.treat = () => 'forward';
        await until('the tracker to catch up', () => isCaughtUp(tracker.ledger()), 10 * outageMs + 30_000);
        const seconds = (performance.now() - backMs) / 1000;
        const sends = (proxy.records.tried - tried) / (proxy.records.taken - taken);
        const heapAfter = await tracker.heapBytes();
        const counts = await load.stop();
        say(`Caught up after ${seconds.toFixed(0)} s. ${inFigures(counts.accepted)} were accepted.`);

        const settled = await system.settle();
        const violations = [...settled.violations, ...shortfall(counts)];
        if (depth === 0) violations.push('Nothing was spooled');
        if (heapAfter - heapBefore > heapGrowthMax) {
          violations.push(`The heap has grown by ${inMiB(heapAfter - heapBefore)}`);
        }
        const figure = [
          `${inFigures(arrived)} events/s`,
          `depth ${inFigures(depth)}`,
          `caught up in ${seconds.toFixed(0)} s`,
          `${sends.toFixed(1)} sends per record`,
          `heap before, in and after it ${[heapBefore, heapDuring, heapAfter].map(inMiB).join(', ')}`,
        ].join(', ');
        return { events: settled.events, figure, violations };
      },
    );
  },
};

/** Calls go on coming, so that something always waits; but not for long. */
async function isCaughtUp(ledger: Promise<{ readonly oldestUnsentMs: number | null }>): Promise<boolean> {
  const { oldestUnsentMs } = await ledger;
  return oldestUnsentMs === null || oldestUnsentMs < 1_000;
}

function inFigures(count: number): string {
  return count.toLocaleString('en');
}

function inMiB(bytes: number): string {
  return `${(bytes / MiB).toFixed(0)} MiB`;
}

/** Tells every minute that it lasts. */
async function goOn(forMs: number, tell: () => void): Promise<void> {
  const timer = setInterval(tell, 60_000);
  await pause(forMs);
  clearInterval(timer);
}
