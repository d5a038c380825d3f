import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mayHoldMoreValues } from './json-values.ts';

test.each([
  ['[1,2,3]', 4],
  ['{"a":1,"b":[true,null]}', 5],
  ['[[[[]]]]', 5],
  ['["a,b[{","\\",[",3]', 4],
  ['["[[[[[[[[[[[[', 2],
  ['["\\', 2],
])('%s holds %i at most', (text, count) => {
  expect(mayHoldMoreValues(text, count)).toBe(false);
  expect(mayHoldMoreValues(text, count - 1)).toBe(true);
});

test('of no JSON a value is missed', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), (inner) => {
      const value = [inner];
      expect(mayHoldMoreValues(JSON.stringify(value), valuesIn(value) - 1)).toBe(true);
      expect(mayHoldMoreValues(JSON.stringify(value), 2 * valuesIn(value))).toBe(false);
    }),
  );
});

function valuesIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce((sum: number, inner) => sum + valuesIn(inner), 1);
}
