import { askMetrics, type Series, total } from './admin-port.ts';

/** How the trackers were at one moment; of several, together or the worst of them. */
export interface Sample {
  /** Since the beginning of the run. */
  readonly atMs: number;
  /** Delay of the event loop since the sample before. */
  readonly loopP50Ms: number;
  readonly loopP99Ms: number;
  readonly loopMaxMs: number;
  readonly residentBytes: number;
  readonly unsentEvents: number;
  readonly spoolBytes: number;
  /** Counted since the tracker started, by upper bound in seconds: groups by what the disk took. */
  readonly groups: ReadonlyMap<number, number>;
  readonly groupSeconds: number;
  /** Garbage collections, in the same way; and their seconds. */
  readonly collections: ReadonlyMap<number, number>;
  readonly collectionSeconds: number;
}

export interface Watcher {
  readonly samples: readonly Sample[];
  /** Looks once more, unless it has just done so, and resolves when that is over. */
  stop(): Promise<void>;
}

/**
 * Looks at the trackers' metrics at once, and then in intervals. A look that fails is left out: a tracker
 * that is too busy to tell has no sample, and that shows in the curves.
 */
export function watch(adminUrls: readonly string[], everyMs: number): Watcher {
  const samples: Sample[] = [];
  const beganMs = performance.now();
  let underWay: Promise<void> | null = null;
  const look = async () => {
    const atMs = performance.now() - beganMs;
    const all = await Promise.all(adminUrls.map(askMetrics)).catch(() => null);
    if (all !== null && all.length > 0) samples.push(sampleOf(atMs, all));
    underWay = null;
  };
  const lookUnlessLooking = () => {
    underWay ??= look();
  };
  lookUnlessLooking();
  const timer = setInterval(lookUnlessLooking, everyMs);
  return {
    samples,
    async stop() {
      clearInterval(timer);
      await underWay;
      // Right behind another, it would show a moment, and not an interval.
      if (performance.now() - beganMs - (samples.at(-1)?.atMs ?? 0) > everyMs / 2) await look();
    },
  };
}

function sampleOf(atMs: number, trackers: readonly (readonly Series[])[]): Sample {
  const all = trackers.flat();
  const worst = (name: string, labels: Series['labels']) =>
    Math.max(0, ...trackers.map((series) => total(series, name, labels)));
  const loop = (quantile: string) => 1_000 * worst('trackline_loop_delay_seconds', { quantile });
  return {
    atMs,
    loopP50Ms: loop('0.5'),
    loopP99Ms: loop('0.99'),
    loopMaxMs: loop('1'),
    residentBytes: total(all, 'trackline_resident_memory_bytes'),
    unsentEvents: total(all, 'trackline_spool_unsent_events'),
    spoolBytes: total(all, 'trackline_spool_used_bytes'),
    groups: bucketsOf(all, 'trackline_spool_group_seconds'),
    groupSeconds: total(all, 'trackline_spool_group_seconds_sum'),
    collections: bucketsOf(all, 'trackline_gc_seconds'),
    collectionSeconds: total(all, 'trackline_gc_seconds_sum'),
  };
}

/** Cumulative counts by upper bound, as Prometheus has them; over all label values. */
function bucketsOf(series: readonly Series[], name: string): Map<number, number> {
  const counts = new Map<number, number>();
  for (const each of series) {
    if (each.name !== `${name}_bucket`) continue;
    const bound = each.labels.le === '+Inf' ? Number.POSITIVE_INFINITY : Number(each.labels.le);
    counts.set(bound, (counts.get(bound) ?? 0) + each.value);
  }
  return counts;
}

/** What came between two samples of a histogram, by upper bound. */
export function between(
  before: ReadonlyMap<number, number> | undefined,
  after: ReadonlyMap<number, number>,
): Map<number, number> {
  return new Map([...after].map(([bound, count]) => [bound, Math.max(0, count - (before?.get(bound) ?? 0))]));
}

/**
 * The quantile of a histogram of Prometheus', within its bucket in a straight line, as `histogram_quantile`
 * has it; of none, 0. In the last bucket, which has no end, it is the last bound.
 */
export function quantile(buckets: ReadonlyMap<number, number>, share: number): number {
  const sorted = [...buckets].toSorted(([a], [b]) => a - b);
  const count = sorted.at(-1)?.[1] ?? 0;
  if (count === 0) return 0;
  let [lastBound, lastCount] = [0, 0];
  for (const [bound, through] of sorted) {
    if (through >= share * count) {
      if (bound === Number.POSITIVE_INFINITY) return lastBound;
      return (
        lastBound + ((bound - lastBound) * (share * count - lastCount)) / Math.max(1, through - lastCount)
      );
    }
    [lastBound, lastCount] = [bound, through];
  }
  return lastBound;
}
