import { expect, test } from 'vitest';
import { identifierLengthMax, isIdentifier } from './identifier.ts';

test.each(['a', 'Z', '0', '_', '-', 'aurora-shoes_2026', 'x'.repeat(identifierLengthMax)])(
  '%s may stand as an id',
  (id) => {
    expect(isIdentifier(id)).toBe(true);
  },
);

test.each([
  ['nothing', ''],
  ['65 characters', 'x'.repeat(identifierLengthMax + 1)],
  ['a space', 'a b'],
  ['a slash', 'a/b'],
  ['the separator of the store’s keys', 'a#b'],
  ['a dot', '..'],
  ['a NUL', 'a\0'],
  ['a line break at the end', 'a\n'],
  ['letters beyond ASCII', 'schön'],
  ['digits beyond ASCII', '٣'],
])('no id: %s', (_, id) => {
  expect(isIdentifier(id)).toBe(false);
});
