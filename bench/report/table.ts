import type { ContenderFigures } from './figures.ts';

export type Side = 'left' | 'right';

/**
 * Rows of cells as lines of a table, the first row its head.
 *
 * @param sides where each column's cells stand; by default the first to the left and numbers, the others, to the right
 */
export function plainTable(rows: readonly (readonly string[])[], sides: readonly Side[] = ['left']): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) =>
        sides[column] === 'left' ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!),
      )
      .join('  ')
      .trimEnd();
  return rows.map(line).join('\n');
}

export function contenderRows(figures: Readonly<Record<string, ContenderFigures>>): (readonly string[])[] {
  const head = [
    '',
    'CPU µs/call',
    '±',
    '× Fastify',
    '× bare',
    'calls/s',
    'busy',
    'p50 ms',
    'p99 ms',
    'p99.9 ms',
    'RSS MB',
    'heap MB',
    'void',
  ];
  const ratio = (value: number | undefined) => (value === undefined ? '' : value.toFixed(3));
  const ms = (us: number) => (us / 1_000).toFixed(2);
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  return [
    head,
    ...Object.entries(figures).map(([name, each]) => [
      name,
      each.cpuUs.toFixed(2),
      percent(each.cpuSpread / 2),
      ratio(each.cpuVsFastify),
      ratio(each.cpuVsBare),
      Math.round(each.rps).toLocaleString('en'),
      percent(each.busy),
      ms(each.p50Us),
      ms(each.p99Us),
      ms(each.p999Us),
      each.rssMb.toFixed(0),
      each.heapMb === null ? '' : each.heapMb.toFixed(0),
      each.voidRounds === 0 ? '' : String(each.voidRounds),
    ]),
  ];
}
