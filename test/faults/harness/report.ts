import { cpus, totalmem } from 'node:os';
import type { FaultReport } from './run-fault.ts';

const heads = [
  'fault',
  'injects',
  'expects',
  'accepted',
  'persisted',
  'missing',
  'duplicates',
  'figure',
  'seconds',
  'holds',
];
/** Which columns hold numbers. */
const numbers = new Set(['accepted', 'persisted', 'missing', 'duplicates', 'seconds']);
/** For a terminal, prose is broken at so many characters. */
const proseWidth = 30;

function cells({ fault, result, seconds, holds }: FaultReport): string[] {
  const { events } = result;
  const count = (value: number | undefined) => value?.toLocaleString('en') ?? '–';
  return [
    fault.id,
    fault.injects,
    fault.expects,
    count(events?.accepted),
    count(events?.persisted),
    count(events?.missing),
    count(events?.duplicates),
    result.figure,
    seconds.toFixed(1),
    holds ? 'yes' : 'NO',
  ];
}

/** The table for a terminal. */
export function plainTable(reports: readonly FaultReport[]): string {
  const rows = [heads, ...reports.map(cells)].map((row) => row.map((cell) => broken(cell)));
  const widths = heads.map((_, column) =>
    Math.max(...rows.flatMap((row) => row[column]!.map((line) => line.length))),
  );
  return rows.flatMap((row) => linesOf(row, widths)).join('\n');
}

/** The table for docs/reliability.md: when and where it was run, how, and what it showed. */
export function markdownReport(reports: readonly FaultReport[], how: string, at: Date): string {
  const row = (cellsOfRow: readonly string[]) =>
    `| ${cellsOfRow.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const line = heads.map((head) => (numbers.has(head) ? '--:' : '---'));
  const violations = reports.flatMap(({ fault, result }) =>
    result.violations.map((violation) => `- ${fault.id}: ${violation.split('\n')[0]}`),
  );
  return [
    `Run on ${at.toISOString().slice(0, 10)}, ${machine()}: ${how}.`,
    '',
    row(heads),
    `|${line.join('|')}|`,
    ...reports.map((report) => row(cells(report))),
    ...(violations.length > 0 ? ['', 'What did not hold:', '', ...violations] : []),
    '',
  ].join('\n');
}

function machine(): string {
  const cores = cpus();
  const model = cores[0]?.model.trim() || process.arch;
  const memory = `${(totalmem() / 2 ** 30).toFixed(0)} GiB of memory`;
  return `${cores.length} × ${model}, ${memory}, ${process.platform}, Node ${process.versions.node}`;
}

function broken(text: string): string[] {
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1)!;
    if (last !== '' && last.length + 1 + word.length > proseWidth) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines;
}

function linesOf(row: readonly (readonly string[])[], widths: readonly number[]): string[] {
  const height = Math.max(...row.map((cell) => cell.length));
  return Array.from({ length: height }, (_, line) =>
    row
      .map((cell, column) => {
        const text = cell[line] ?? '';
        const width = widths[column]!;
        return numbers.has(heads[column]!) ? text.padStart(width) : text.padEnd(width);
      })
      .join('  ')
      .trimEnd(),
  );
}
