import { chartStyle, colour } from './chart-style.ts';
import { escaped } from './escape.ts';
import { short } from './numbers.ts';
import { exact, linear, logarithmic, type Scale } from './scale.ts';

export interface Series {
  readonly name: string;
  /** x and y, by x; a gap in the line where y is not a finite number. */
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Whether what is below the line is filled. */
  readonly isFilled?: boolean;
}

export interface Axis {
  readonly label: string;
  readonly isLogarithmic?: boolean;
  /** Of a tick; without, numbers in short. */
  readonly format?: (value: number) => string;
  /** What it shows at least; else what there is. */
  readonly range?: readonly [from: number, to: number];
}

export interface LineChart {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
  /** Upright lines with a word, as "Kinesis cut off". */
  readonly marks?: readonly { readonly x: number; readonly label: string }[];
  /** Whether each point is shown, too: for few. */
  readonly hasDots?: boolean;
}

const size = { width: 640, height: 280 };
const frame = { left: 62, right: 26, top: 62, bottom: 44 };

/**
 * Draws lines over a common axis as one SVG document that needs nothing else: neither a script, a font nor a
 * style from outside.
 */
export function lineChart(chart: LineChart): string {
  const { title, series, marks = [] } = chart;
  const points = series
    .flatMap((each) => each.points)
    .filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y));
  const [left, right] = [frame.left, size.width - frame.right];
  const [top, bottom] = [frame.top, size.height - frame.bottom];
  const x = scaleOf(
    chart.x,
    points.map(([value]) => value),
    left,
    right,
    true,
  );
  const y = scaleOf(
    chart.y,
    points.map(([, value]) => value),
    bottom,
    top,
    false,
  );
  const parts = [
    `<rect class="ground" width="${size.width}" height="${size.height}" rx="8"/>`,
    text(16, 24, title, 'class="title"'),
    legend(series),
    ...y.ticks.map(
      (tick) =>
        `<line class="grid" x1="${left}" x2="${right}" y1="${near(y.at(tick))}" y2="${near(y.at(tick))}"/>` +
        text(left - 8, y.at(tick) + 4, (chart.y.format ?? short)(tick), 'class="label" text-anchor="end"'),
    ),
    ...x.ticks.map((tick) =>
      text(x.at(tick), bottom + 18, (chart.x.format ?? short)(tick), 'class="label" text-anchor="middle"'),
    ),
    text((left + right) / 2, size.height - 8, chart.x.label, 'class="label" text-anchor="middle"'),
    text(right, 24, chart.y.label, 'class="label" text-anchor="end"'),
    ...marks.map(
      (mark) =>
        `<line class="mark" x1="${near(x.at(mark.x))}" x2="${near(x.at(mark.x))}" y1="${top}" y2="${bottom}"/>` +
        text(x.at(mark.x) + 4, top + 10, mark.label, 'class="label"'),
    ),
    ...series.map((each, index) => drawn(each, index, x, y, bottom, chart.hasDots === true)),
  ];
  if (points.length === 0)
    parts.push(
      text(
        (left + right) / 2,
        (top + bottom) / 2,
        'nothing was measured',
        'class="label" text-anchor="middle"',
      ),
    );
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 ${size.width} ${size.height}" ` +
    `width="${size.width}" height="${size.height}" role="img" aria-label="${escaped(title)}">` +
    `<style>${chartStyle}</style>${parts.join('')}</svg>`
  );
}

function scaleOf(axis: Axis, values: readonly number[], from: number, to: number, isExact: boolean): Scale {
  const { range = [] } = axis;
  const known = values.length + range.length === 0 ? [0, 1] : [...values, ...range];
  // Not by spreading: there may be many.
  const max = known.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  if (axis.isLogarithmic) {
    const least = known.reduce(
      (low, value) => (value > 0 ? Math.min(low, value) : low),
      Number.POSITIVE_INFINITY,
    );
    return Number.isFinite(least) ? logarithmic(least, max, from, to) : logarithmic(1, 10, from, to);
  }
  const min = known.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  return isExact ? exact(min, max, from, to) : linear(Math.min(0, min), max, from, to);
}

function legend(series: readonly Series[]): string {
  let at = frame.left;
  return series
    .map(({ name }, index) => {
      const from = at;
      at += 30 + 7 * name.length;
      return (
        `<rect x="${near(from)}" y="36" width="12" height="4" rx="2" style="fill:${colour(index)}"/>` +
        text(from + 17, 43, name, '')
      );
    })
    .join('');
}

function drawn(series: Series, index: number, x: Scale, y: Scale, bottom: number, hasDots: boolean): string {
  const lines: string[][] = [[]];
  for (const [px, py] of series.points) {
    if (!Number.isFinite(py)) lines.push([]);
    else lines.at(-1)!.push(`${near(x.at(px))},${near(y.at(py))}`);
  }
  return lines
    .filter((line) => line.length > 0)
    .map((line) => {
      const ends = [line[0]!.split(',')[0], line.at(-1)!.split(',')[0]];
      const area = series.isFilled
        ? `<polygon class="area" style="fill:${colour(index)}" points="${ends[0]},${bottom} ${line.join(' ')} ${ends[1]},${bottom}"/>`
        : '';
      const dots = hasDots || line.length === 1 ? line.map((point) => dot(point, index)).join('') : '';
      return `${area}<polyline class="series" style="stroke:${colour(index)}" points="${line.join(' ')}"/>${dots}`;
    })
    .join('');
}

function dot(point: string, index: number): string {
  const [cx, cy] = point.split(',');
  return `<circle class="dot" style="fill:${colour(index)}" cx="${cx}" cy="${cy}" r="3"/>`;
}

function text(x: number, y: number, words: string, attributes: string): string {
  return `<text x="${near(x)}" y="${near(y)}"${attributes && ` ${attributes}`}>${escaped(words)}</text>`;
}

/** To a tenth of a pixel. */
function near(value: number): number {
  return Math.round(value * 10) / 10;
}
