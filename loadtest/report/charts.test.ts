import { describe, expect, test } from 'vitest';
import { malformed } from '../../test/helpers/malformed-xml.ts';
import { barChart } from './bar-chart.ts';
import { type LineChart, lineChart } from './line-chart.ts';
import { exact, linear, logarithmic } from './scale.ts';

const chart: LineChart = {
  title: 'Ticks & "tocks" <b>',
  x: { label: 'seconds' },
  y: { label: 'ms', isLogarithmic: true },
  series: [
    {
      name: 'p99',
      points: [
        [0, 1],
        [1, 10],
        [2, 100],
      ],
    },
    {
      name: 'with a gap',
      points: [
        [0, 1],
        [1, Number.NaN],
        [2, 100],
      ],
    },
  ],
  marks: [{ x: 1, label: 'cut' }],
};

test('what is no XML is found', () => {
  expect(malformed('<svg><g></svg>')).not.toBeNull();
  expect(malformed('<svg><text>a & b</text></svg>')).not.toBeNull();
  expect(malformed('<svg><text>a</text>')).not.toBeNull();
  expect(malformed('<svg a="b"><g/><text>a &amp; b</text></svg>')).toBeNull();
});

describe('a chart', () => {
  test('is well-formed, and says what it was given, whatever that is', () => {
    const svg = lineChart(chart);
    expect(malformed(svg)).toBeNull();
    expect(svg).toContain('Ticks &amp; &quot;tocks&quot; &lt;b&gt;');
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    expect(malformed(barChart('<Verdicts>', [{ name: 'a<b', value: 0, words: '0 & none' }]))).toBeNull();
  });

  test('draws a line for each series, and leaves gaps', () => {
    const lines = [...lineChart(chart).matchAll(/<polyline[^>]* points="([^"]*)"/g)].map(([, points]) =>
      points!.split(' '),
    );
    expect(lines.map((line) => line.length)).toEqual([3, 1, 1]);
    // Of three decades, each is as high as the other.
    const [low, middle, high] = lines[0]!.map((point) => Number(point.split(',')[1]));
    expect(low! - middle!).toBeCloseTo(middle! - high!, 0);
  });

  test('of nothing says so', () => {
    const svg = lineChart({ ...chart, series: [] });
    expect(malformed(svg)).toBeNull();
    expect(svg).toContain('nothing was measured');
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });

  test('needs nothing from elsewhere', () => {
    expect(lineChart(chart).replace('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|url\(|@import/);
  });
});

describe('a scale', () => {
  test('has round ticks that enclose what there is', () => {
    expect(linear(0, 93, 0, 100).ticks).toEqual([0, 20, 40, 60, 80, 100]);
    expect(linear(0, 100, 0, 100).ticks).toEqual([0, 20, 40, 60, 80, 100]);
    expect(linear(0, 0, 0, 100).ticks.length).toBeGreaterThan(1);
    expect(logarithmic(0.3, 42, 0, 100).ticks).toEqual([0.1, 1, 10, 100]);
  });

  test('of time ends where the time does', () => {
    const scale = exact(0, 15, 10, 110);
    expect([scale.at(0), scale.at(15)]).toEqual([10, 110]);
    expect(scale.ticks.every((tick) => tick >= 0 && tick <= 15)).toBe(true);
  });
});
