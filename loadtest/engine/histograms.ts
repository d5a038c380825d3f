import { build, type Histogram } from 'hdr-histogram-js';

export type { Histogram };

/** Longer than any call may take; what is beyond counts as this. */
const longestUs = 600_000_000;

/** A histogram of times in microseconds, true to a thousandth of each, up to ten minutes. */
export function fineHistogram(): Histogram {
  return histogram(3);
}

/** True to a hundredth, in a tenth of the memory: for one interval of many. */
export function coarseHistogram(): Histogram {
  return histogram(2);
}

function histogram(numberOfSignificantValueDigits: 2 | 3): Histogram {
  return build({
    bitBucketSize: 32,
    lowestDiscernibleValue: 1,
    highestTrackableValue: longestUs,
    numberOfSignificantValueDigits,
    useWebAssembly: false,
  });
}

/** Counts a time, given in milliseconds. */
export function record(into: Histogram, ms: number): void {
  const us = Math.round(ms * 1_000);
  into.recordValue(us < 0 ? 0 : us > longestUs ? longestUs : us);
}

/** All of them in one; what one histogram of all the values would be. */
export function merged(histograms: readonly Histogram[]): Histogram {
  const all = fineHistogram();
  for (const each of histograms) all.add(each);
  return all;
}

/** What a table tells of a histogram of microseconds; in milliseconds. */
export interface Quantiles {
  readonly count: number;
  readonly meanMs: number;
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly maxMs: number;
}

/** Of none, all are 0. */
export function quantilesOf(of: Histogram): Quantiles {
  const count = of.totalCount;
  const at = (percentile: number) => (count === 0 ? 0 : of.getValueAtPercentile(percentile) / 1_000);
  return {
    count,
    meanMs: count === 0 ? 0 : of.mean / 1_000,
    p50Ms: at(50),
    p90Ms: at(90),
    p99Ms: at(99),
    p999Ms: at(99.9),
    maxMs: count === 0 ? 0 : of.maxValue / 1_000,
  };
}

/** How many of the values are at least so long, to the histogram's precision. */
export function countFrom(of: Histogram, ms: number): number {
  const count = of.totalCount;
  let [below, through] = [0, count];
  while (below < through) {
    const middle = Math.ceil((below + through) / 2);
    if (of.getValueAtPercentile((100 * middle) / count) < ms * 1_000) below = middle;
    else through = middle - 1;
  }
  return count - below;
}
