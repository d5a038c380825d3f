import { expect, test } from 'vitest';
import { clip, count, counted, pairs, table } from './table.ts';

test('a table has its columns aligned, numbers to the right, and no space at the end of a line', () => {
  const shown = table(
    ['NAME', 'EVENTS', 'NOTE'],
    [
      ['a', 5, ''],
      ['longer', 12_345, 'x'],
    ],
  );
  expect(shown.split('\n')).toEqual(['NAME    EVENTS  NOTE', 'a            5', 'longer  12,345  x']);
});

test('a table without rows is its heads', () => {
  expect(table(['A', 'B'], [])).toBe('A  B');
});

test('a cell can’t break out of its line', () => {
  const shown = table(['UA'], [['x\n\u001b[2Jy']]);
  expect(shown.split('\n')).toEqual(['UA', 'x\\n\\x1b[2Jy']);
});

test('pairs are one a line', () => {
  expect(
    pairs([
      ['id', 'a'],
      ['version', 1234],
    ]),
  ).toBe('id       a\nversion  1234');
});

test('clip leaves what fits, and says that it cut', () => {
  expect(clip('abc', 3)).toBe('abc');
  expect(clip('abcd', 3)).toBe('ab…');
});

test('count sets thousands apart', () => {
  expect(count(1_234_567)).toBe('1,234,567');
});

test('counted says one as one', () => {
  expect([counted(0, 'event'), counted(1, 'event'), counted(1_200, 'event')]).toEqual([
    '0 events',
    '1 event',
    '1,200 events',
  ]);
});

test('prose gives way where the terminal is narrow, the widest first; what is copied does not', () => {
  const heads = ['ID', { prose: 'NAME' }, { prose: 'URL' }];
  const rows = [['x'.repeat(30), 'n'.repeat(20), 'u'.repeat(40)]];
  const widths = (columns: number) =>
    table(heads, rows, columns)
      .split('\n')[1]!
      .split('  ')
      .map((cell) => cell.length);
  expect(widths(94)).toEqual([30, 20, 40]);
  expect(widths(80)).toEqual([30, 20, 26]);
  expect(widths(60)).toEqual([30, 16, 10]);
  expect(widths(20)).toEqual([30, 10, 10]);
});

test('a character that is two columns wide counts for two', () => {
  expect(
    table(
      ['A', 'B'],
      [
        ['日本', 'x'],
        ['ab', 'y'],
      ],
    ).split('\n'),
  ).toEqual(['A     B', '日本  x', 'ab    y']);
  expect(clip('日本語', 5)).toBe('日本…');
});

test('20,000 rows take as long a row as 2,000', () => {
  const rows = (n: number) => Array.from({ length: n }, (_, i) => [`id-${i}`, i, 'some text']);
  const msPerRow = (n: number) => {
    const from = performance.now();
    table(['ID', 'N', 'TEXT'], rows(n));
    return (performance.now() - from) / n;
  };
  msPerRow(2_000);
  // A table whose time grew with the square of its rows would be at ten.
  expect(msPerRow(20_000) / msPerRow(2_000)).toBeLessThan(5);
});
