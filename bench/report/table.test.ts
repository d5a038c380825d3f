import { expect, test } from 'vitest';
import { plainTable } from './table.ts';

test('a table has names to the left and numbers to the right', () => {
  expect(
    plainTable([
      ['', 'µs'],
      ['pixel.bare', '9.1'],
      ['disk', '12.0'],
    ]),
  ).toBe(['              µs', 'pixel.bare   9.1', 'disk        12.0'].join('\n'));
});

test('a column stands where it is told to', () => {
  expect(
    plainTable(
      [
        ['a', 'b'],
        ['1', 'words'],
      ],
      ['right', 'left'],
    ),
  ).toBe('a  b\n1  words');
});
