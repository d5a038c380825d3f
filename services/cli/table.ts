import Table from 'cli-table3';
import { visible } from './visible.ts';

export type Cell = string | number;

const plain = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};

/**
 * Rows under their heads, columns aligned, numbers to the right, without borders or colours: readable, and easy to cut. Every cell is made `visible`.
 * Many columns are no reason to wrap: a terminal does that, or `less -S`.
 */
export function table(heads: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return render([heads, ...rows], rows);
}

/** Names and values, one pair a line. */
export function pairs(rows: readonly (readonly [string, Cell])[]): string {
  return render(
    rows.map(([name, value]) => [name, String(value)]),
    [],
  );
}

/** At most `charsMax` characters of a text, an ellipsis for the rest. */
export function clip(text: string, charsMax: number): string {
  return text.length <= charsMax ? text : `${text.slice(0, charsMax - 1)}…`;
}

function render(lines: readonly (readonly Cell[])[], rows: readonly (readonly Cell[])[]): string {
  const columns = lines[0]?.length ?? 0;
  const colAligns = Array.from({ length: columns }, (_, column) =>
    rows.length > 0 && rows.every((row) => typeof row[column] === 'number') ? 'right' : 'left',
  ) as ('left' | 'right')[];
  const grid = new Table({
    chars: plain,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
    colAligns,
  });
  for (const line of lines)
    grid.push(line.map((cell) => visible(typeof cell === 'number' ? count(cell) : cell)));
  return grid
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

const thousands = new Intl.NumberFormat('en-US');

/** A whole number with its thousands set apart: `12,345`. */
export function count(value: number): string {
  return thousands.format(value);
}
