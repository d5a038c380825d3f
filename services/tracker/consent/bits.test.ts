import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { base64urlOfBits } from '../../../test/helpers/consent-strings.ts';
import { Bits } from './bits.ts';

const bitsOf = (bits: string) => Bits.of(base64urlOfBits(bits))!;

describe('Bits', () => {
  test('gives back the numbers that were written, whatever their widths', () => {
    const number = fc
      .integer({ min: 1, max: 24 })
      .chain((width) => fc.tuple(fc.constant(width), fc.nat({ max: 2 ** width - 1 })));
    fc.assert(
      fc.property(fc.array(number, { minLength: 1 }), (numbers) => {
        const bits = bitsOf(numbers.map(([width, value]) => value.toString(2).padStart(width, '0')).join(''));
        expect(numbers.map(([width]) => bits.int(width))).toEqual(numbers.map(([, value]) => value));
        expect(bits.isOverrun).toBe(false);
      }),
    );
  });

  test('tells one flag among many, and goes on behind them', () => {
    fc.assert(
      fc.property(fc.nat(7), fc.array(fc.boolean(), { minLength: 1 }), (before, flags) => {
        const text = flags.map((flag) => (flag ? '1' : '0')).join('');
        for (const [index, flag] of flags.entries()) {
          const bits = bitsOf(`${'1'.repeat(before)}${text}101`);
          bits.skip(before);
          expect(bits.flagAmong(index + 1, flags.length)).toBe(flag);
          expect(bits.int(3)).toBe(0b101);
        }
      }),
    );
  });

  test('has no flag beyond those that there are', () => {
    const bits = bitsOf('1111');
    expect(bits.flagAmong(3, 2)).toBe(false);
    expect(bits.int(2)).toBe(3);
  });

  test.each([
    [1, '11'],
    [2, '011'],
    [3, '0011'],
    [4, '1011'],
    [12, '101011'],
    [65_535, '001000000100101000001011'],
  ])('reads %i in Fibonacci coding', (value, text) => {
    expect(bitsOf(text).fibonacci()).toBe(value);
  });

  test.each([
    ['has no end', '0'.repeat(60)],
    ['is too large', `${'0'.repeat(50)}11`],
    ['is not there', ''],
  ])('a number in Fibonacci coding that %s is none', (_, text) => {
    const bits = bitsOf(text);
    expect(bits.fibonacci()).toBe(0);
    expect(bits.isOverrun).toBe(true);
  });

  test('remembers that it was read beyond its end', () => {
    const bits = bitsOf('111111');
    expect(bits.int(6)).toBe(63);
    expect(bits.isOverrun).toBe(false);
    expect(bits.int(1)).toBe(0);
    expect(bits.flagAmong(1, 1)).toBe(false);
    expect(bits.isOverrun).toBe(true);
  });

  test.each(['A=', 'A+', 'A/', 'A B', 'Ä', 'A\n', 'A.A'])('%j is no base64url', (text) => {
    expect(Bits.of(text)).toBeNull();
  });
});
