/** Numbers as a person reads them at a glance. */

export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** For an axis: 1.5k, 20M. */
export function short(value: number): string {
  for (const [size, unit] of [
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const) {
    if (Math.abs(value) >= size) return `${Number((value / size).toPrecision(3))}${unit}`;
  }
  return String(Number(value.toPrecision(3)));
}

export function milliseconds(ms: number): string {
  if (ms === 0) return '0 ms';
  if (ms < 0.9995) return `${Number((ms * 1_000).toPrecision(3))} µs`;
  return ms < 1_000 ? `${Number(ms.toPrecision(3))} ms` : `${Number((ms / 1_000).toPrecision(3))} s`;
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(share > 0 && share < 0.001 ? 3 : 1)} %`;
}
