import { expect, test } from 'vitest';
import { clip, count, pairs, table } from './table.ts';

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
