import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Item, itemOf, type Value } from './item.dynamodb.ts';
import { fits, itemBytes, itemBytesMax } from './item-size.dynamodb.ts';

describe('an item', () => {
  test.each(['x', '€', '\u{1F600}'])('made of %j fits up to its last byte, and no further', (character) => {
    const room = itemBytesMax - itemBytes(itemOf({ pk: '', text: '' }));
    const whole = Math.floor(room / Buffer.byteLength(character));
    const text = character.repeat(whole) + 'x'.repeat(room - whole * Buffer.byteLength(character));
    expect(fits(itemOf({ pk: '', text }))).toBe(true);
    expect(fits(itemOf({ pk: '', text: `${text}x` }))).toBe(false);
  });

  test.each([
    ['of its own', (name: string) => ({ [name]: '' })],
    ['in a map', (name: string) => ({ params: { [name]: '' } })],
  ])('fits with a name %s of 64 KB less a byte, and with none that is longer', (_, values) => {
    expect(fits(itemOf(values('x'.repeat(65_535))))).toBe(true);
    expect(fits(itemOf(values('x'.repeat(65_536))))).toBe(false);
    expect(fits(itemOf(values('€'.repeat(21_845))))).toBe(true);
    expect(fits(itemOf(values('€'.repeat(21_846))))).toBe(false);
  });

  test('keeps values under any name as its own', () => {
    const anyValues = fc.dictionary(
      fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'toString', 'a')),
      fc.oneof(
        fc.string(),
        fc.boolean(),
        fc.integer(),
        fc.dictionary(fc.constantFrom('__proto__', 'b'), fc.string()),
      ),
      { noNullPrototype: true },
    );
    fc.assert(
      fc.property(anyValues, (values) => {
        const item: Item = itemOf(values as Record<string, Value>);
        expect(Object.keys(item)).toEqual(Object.keys(values));
        expect(Object.getPrototypeOf(item)).toBe(Object.prototype);
      }),
    );
  });
});
