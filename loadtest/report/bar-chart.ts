import { chartStyle, colour } from './chart-style.ts';
import { escaped } from './escape.ts';

export interface Bar {
  readonly name: string;
  readonly value: number;
  /** What stands behind the bar. */
  readonly words: string;
  /** Which colour of the series. */
  readonly hue?: number;
}

const width = 640;
const [top, rowHeight, left, right] = [44, 26, 285, 115];

/** Draws one bar under the other, as one SVG document that needs nothing else. */
export function barChart(title: string, bars: readonly Bar[]): string {
  const height = top + rowHeight * Math.max(1, bars.length) + 12;
  const most = bars.reduce((max, { value }) => Math.max(max, value), 0) || 1;
  const rows = bars.map(({ name, value, words, hue = 0 }, index) => {
    const y = top + rowHeight * index;
    // What there is, is seen, however little.
    const length = value === 0 ? 0 : Math.max(2, (value / most) * (width - left - right));
    return (
      `<text x="${left - 10}" y="${y + 15}" text-anchor="end">${escaped(name)}</text>` +
      `<rect x="${left}" y="${y + 3}" width="${length.toFixed(1)}" height="16" rx="3" style="fill:${colour(hue)}"/>` +
      `<text class="label" x="${(left + length + 8).toFixed(1)}" y="${y + 15}">${escaped(words)}</text>`
    );
  });
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 ${width} ${height}" ` +
    `width="${width}" height="${height}" role="img" aria-label="${escaped(title)}"><style>${chartStyle}</style>` +
    `<rect class="ground" width="${width}" height="${height}" rx="8"/>` +
    `<text class="title" x="16" y="24">${escaped(title)}</text>${rows.join('')}</svg>`
  );
}
