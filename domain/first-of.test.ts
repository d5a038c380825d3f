import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FirstOf } from './first-of.ts';

const ascending = (a: number, b: number) => a - b;

test('gives the first in order, whatever the order they came in', () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), fc.integer({ min: 1, max: 10 }), (numbers, max) => {
      const first = new FirstOf(max, ascending);
      for (const number of numbers) first.add(number);
      expect(first.inOrder()).toEqual(numbers.toSorted(ascending).slice(0, max));
    }),
  );
});

test('takes more after it was asked', () => {
  const first = new FirstOf(2, ascending);
  for (const number of [3, 2]) first.add(number);
  expect(first.inOrder()).toEqual([2, 3]);
  first.add(1);
  expect(first.inOrder()).toEqual([1, 2]);
});
