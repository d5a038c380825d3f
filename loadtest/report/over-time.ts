import type { Histogram } from '../engine/histograms.ts';
import type { Recorder } from '../engine/recorder.ts';
import { between, quantile, type Sample } from '../watch/watcher.ts';
import { type LineChart, lineChart, type Series } from './line-chart.ts';
import { milliseconds, percent, short } from './numbers.ts';

/** The curves of a load. */

const seconds = { label: 'seconds', format: (value: number) => String(value), range: [0, 0] as const };
type Marks = NonNullable<LineChart['marks']>;

/** What came, what was answered and what was accepted, in calls a second. */
export function throughputChart({ intervals, intervalMs }: Recorder, tookMs: number, marks: Marks): string {
  // What came in the last, shorter interval would look like a fall.
  const whole = intervals.slice(0, Math.max(1, Math.round(tookMs / intervalMs)));
  const of = (
    name: string,
    read: (interval: (typeof intervals)[number]) => number,
    isFilled = false,
  ): Series => ({
    name,
    isFilled,
    points: whole.map((each, index) => [
      ((index + 0.5) * intervalMs) / 1_000,
      (1_000 * read(each)) / intervalMs,
    ]),
  });
  return lineChart({
    title: 'Calls',
    x: seconds,
    y: { label: 'a second' },
    series: [
      of('due', (each) => each.offered, true),
      of('answered', (each) => each.answered),
      of('accepted', (each) => each.accepted),
      ...(intervals.some((each) => each.failed > 0) ? [of('without an answer', (each) => each.failed)] : []),
    ],
    marks,
  });
}

/** Latency of the calls that were due in an interval. */
export function latencyChart({ intervals, intervalMs }: Recorder, marks: Marks): string {
  const of = (name: string, percentile: number): Series => ({
    name,
    points: intervals.map(({ latency }, index) => [
      ((index + 0.5) * intervalMs) / 1_000,
      latency.totalCount === 0 ? Number.NaN : latency.getValueAtPercentile(percentile) / 1_000,
    ]),
  });
  return lineChart({
    title: 'Latency over time',
    x: seconds,
    y: { label: 'from when a call was due', isLogarithmic: true, format: milliseconds },
    series: [of('median', 50), of('p99', 99), of('p99.9', 99.9), of('longest', 100)],
    marks,
  });
}

/** Every percentile, the rarer the further to the right. */
export function percentileChart(
  title: string,
  histograms: readonly (readonly [name: string, of: Histogram])[],
): string {
  return lineChart({
    title,
    x: { label: 'share of the calls', isLogarithmic: true, format: (value) => percentileName(1 - 1 / value) },
    y: { label: '', isLogarithmic: true, format: milliseconds },
    series: histograms.map(([name, of]) => ({ name, points: percentiles(of) })),
  });
}

function percentiles(of: Histogram): (readonly [number, number])[] {
  if (of.totalCount === 0) return [];
  const points: (readonly [number, number])[] = [];
  // To the last call: of 1,000 there is no 99.99th percentile.
  for (let oneIn = 1; oneIn <= of.totalCount; oneIn *= 1.12) {
    points.push([oneIn, of.getValueAtPercentile(100 * (1 - 1 / oneIn)) / 1_000]);
  }
  return points;
}

function percentileName(share: number): string {
  return share === 0 ? '0 %' : `${Number((100 * share).toPrecision(7))} %`;
}

export function loopChart(samples: readonly Sample[], marks: Marks): string {
  return sampled('Delay of the trackers’ event loop', samples, marks, '', milliseconds, [
    ['median', ({ loopP50Ms }) => loopP50Ms],
    ['p99', ({ loopP99Ms }) => loopP99Ms],
    ['longest', ({ loopMaxMs }) => loopMaxMs],
  ]);
}

export function memoryChart(samples: readonly Sample[], marks: Marks): string {
  return sampled('Memory of the trackers', samples, marks, 'MiB', short, [
    ['resident', ({ residentBytes }) => residentBytes / 2 ** 20, true],
  ]);
}

export function spoolChart(samples: readonly Sample[], marks: Marks): string {
  return sampled('Accepted, and not on the stream yet', samples, marks, 'events', short, [
    ['in the spool', ({ unsentEvents }) => unsentEvents, true],
  ]);
}

/** What the disk took for a group of events: `write` and `fdatasync`. */
export function syncChart(samples: readonly Sample[], marks: Marks): string {
  const at = (share: number) => (sample: Sample, before: Sample | undefined) => {
    const groups = between(before?.groups, sample.groups);
    return (groups.get(Number.POSITIVE_INFINITY) ?? 0) === 0 ? Number.NaN : 1_000 * quantile(groups, share);
  };
  return sampled('A group’s way to the disk (write and fdatasync)', samples, marks, '', milliseconds, [
    ['median', at(0.5)],
    ['p99', at(0.99)],
  ]);
}

export function collectionChart(samples: readonly Sample[], marks: Marks): string {
  const share = (sample: Sample, before: Sample | undefined) =>
    before === undefined
      ? Number.NaN
      : (1_000 * (sample.collectionSeconds - before.collectionSeconds)) / (sample.atMs - before.atMs);
  return sampled('Garbage collection', samples, marks, 'share of the time', percent, [
    ['collecting', share, true],
  ]);
}

type Read = (sample: Sample, before: Sample | undefined) => number;

function sampled(
  title: string,
  samples: readonly Sample[],
  marks: Marks,
  label: string,
  format: (value: number) => string,
  lines: readonly (readonly [name: string, read: Read, isFilled?: boolean])[],
): string {
  const series = lines.map(([name, read, isFilled = false]) => ({
    name,
    isFilled,
    points: samples.map((sample, index) => [sample.atMs / 1_000, read(sample, samples[index - 1])] as const),
  }));
  return lineChart({ title, x: seconds, y: { label, format }, series, marks });
}
