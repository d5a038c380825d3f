import stringWidth from 'string-width';
import { visible } from './visible.ts';

export type Cell = string | number;

/**
 * The head of a column; a `prose` column is cut where the terminal is too narrow, since nobody copies from
 * it.
 */
export type Head = string | { readonly prose: string };

const gap = '  ';
const proseWidthMin = 10;

/**
 * Rows under their heads, columns aligned, numbers to the right, without borders or colours: readable, and
 * easy to cut. Every cell is made `visible`.
 *
 * @param columnsMax the terminal's; only columns of prose give way, so a table may be wider
 */
export function table(
  heads: readonly Head[],
  rows: readonly (readonly Cell[])[],
  columnsMax = Infinity,
): string {
  const names = heads.map((head) => (typeof head === 'string' ? head : head.prose));
  const lines = [names, ...rows].map((line) => line.map(shown));
  const widths = widthsOf(lines);
  narrow(
    widths,
    heads.map((head) => typeof head !== 'string'),
    columnsMax,
  );
  const isNumeric = names.map((_, column) => rows.length > 0 && rows.every((row) => isNumber(row[column])));
  return lines.map((line) => joined(line, widths, isNumeric)).join('\n');
}

/** Names and values, one pair a line. */
export function pairs(rows: readonly (readonly [string, Cell])[]): string {
  const lines = rows.map((row) => row.map((cell) => visible(String(cell))));
  const widths = widthsOf(lines);
  return lines.map((line) => joined(line, widths, [])).join('\n');
}

/** At most `columns` of a text, an ellipsis for the rest. */
export function clip(text: string, columns: number): string {
  if (stringWidth(text) <= columns) return text;
  let clipped = '';
  let width = 1;
  for (const character of text) {
    width += stringWidth(character);
    if (width > columns) break;
    clipped += character;
  }
  return `${clipped}…`;
}

const thousands = new Intl.NumberFormat('en-US');

/** A whole number with its thousands set apart: `12,345`. */
export function count(value: number): string {
  return thousands.format(value);
}

/** `1 event`, `12,345 events`. */
export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
}

function shown(cell: Cell): string {
  return visible(typeof cell === 'number' ? count(cell) : cell);
}

function isNumber(cell: Cell | undefined): boolean {
  return typeof cell === 'number';
}

function widthsOf(lines: readonly (readonly string[])[]): number[] {
  const widths: number[] = [];
  for (const line of lines) {
    line.forEach((text, column) => {
      widths[column] = Math.max(widths[column] ?? 0, stringWidth(text));
    });
  }
  return widths;
}

/** Takes from the widest column of prose what is too much, then from the next. */
function narrow(widths: number[], isProse: readonly boolean[], columnsMax: number): void {
  const sum = widths.reduce((all, width) => all + width, gap.length * (widths.length - 1));
  let excess = Math.max(0, sum - columnsMax);
  const widestFirst = [...widths.keys()]
    .filter((column) => isProse[column])
    .sort((a, b) => widths[b]! - widths[a]!);
  for (const column of widestFirst) {
    const given = Math.min(excess, Math.max(0, widths[column]! - proseWidthMin));
    widths[column]! -= given;
    excess -= given;
  }
}

function joined(line: readonly string[], widths: readonly number[], isNumeric: readonly boolean[]): string {
  const cells = line.map((text, column) => {
    const fitted = clip(text, widths[column]!);
    const padding = ' '.repeat(widths[column]! - stringWidth(fitted));
    return isNumeric[column] ? padding + fitted : fitted + padding;
  });
  return cells.join(gap).trimEnd();
}
