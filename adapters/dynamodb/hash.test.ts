import { expect, test } from 'vitest';
import { fnv1a } from './hash.ts';

/**
 * Vectors of the draft that became RFC 9923: what is stored is found by these numbers, so they never change.
 */
test.each([
  ['', 0x811c9dc5],
  ['a', 0xe40c292c],
  ['foobar', 0xbf9cf968],
])('FNV-1a of %j', (text, hash) => {
  expect(fnv1a(text)).toBe(hash);
});
