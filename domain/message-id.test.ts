import { randomFillSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isKeyed, isMessageId, keyedMessageId, messageIdMs, newMessageId } from './message-id.ts';

const maxMs = 2 ** 48 - 1;
const random = (target: Uint8Array) => {
  randomFillSync(target);
};
const ms = fc.integer({ min: 0, max: maxMs });
const bytes = fc.uint8Array({ minLength: 16, maxLength: 16 });

describe('newMessageId', () => {
  test('is the example of RFC 9562, appendix A.6, given its time and its random bits', () => {
    const example = Uint8Array.from(Buffer.from('0000000000000cc398c4dc0c0c07398f', 'hex'));
    expect(newMessageId(0x017f22e279b0, (target) => target.set(example))).toBe(
      '017f22e2-79b0-7cc3-98c4-dc0c0c07398f',
    );
  });

  test('keeps its version, its variant and its time, whatever the random bits are', () => {
    fc.assert(
      fc.property(ms, bytes, (nowMs, randomBits) => {
        const id = newMessageId(nowMs, (target) => target.set(randomBits));
        expect(isMessageId(id)).toBe(true);
        expect(id[14]).toBe('7');
        expect('89').toContain(id[19]);
        expect(messageIdMs(id)).toBe(nowMs);
        expect(isKeyed(id)).toBe(false);
      }),
    );
  });

  test('leaves the 73 other bits to chance', () => {
    const ones = newMessageId(0, (target) => target.fill(0xff));
    const zeros = newMessageId(0, (target) => target.fill(0));
    expect(ones).toBe('00000000-0000-7fff-9fff-ffffffffffff');
    expect(zeros).toBe('00000000-0000-7000-8000-000000000000');
  });

  test('sorts by time: as text, ids are in the order of their milliseconds', () => {
    fc.assert(
      fc.property(ms, ms, (a, b) => {
        fc.pre(a !== b);
        expect(newMessageId(a, random) < newMessageId(b, random)).toBe(a < b);
      }),
    );
  });

  test('takes a time with a fraction as the millisecond that it is in', () => {
    expect(messageIdMs(newMessageId(1767225600000.75, random))).toBe(1767225600000);
  });

  test('gives 10,000 different ids within one millisecond', () => {
    const ids = new Set(Array.from({ length: 10_000 }, () => newMessageId(1767225600000, random)));
    expect(ids.size).toBe(10_000);
  });
});

test.each([
  ['nothing', ''],
  ['a UUIDv4', '0190a3f2-79b0-4cc3-98c4-dc0c0c07398f'],
  ['upper case', '017F22E2-79B0-7CC3-98C4-DC0C0C07398F'],
  ['the wrong variant', '017f22e2-79b0-7cc3-c8c4-dc0c0c07398f'],
  ['without hyphens', '017f22e279b07cc398c4dc0c0c07398f'],
  ['in braces', '{017f22e2-79b0-7cc3-98c4-dc0c0c07398f}'],
  ['a line break at the end', '017f22e2-79b0-7cc3-98c4-dc0c0c07398f\n'],
])('no message id: %s', (_, text) => {
  expect(isMessageId(text)).toBe(false);
});

describe('keyedMessageId', () => {
  test('is a message id of the key’s time, the same for the same hash, and never one that was made by chance', () => {
    fc.assert(
      fc.property(ms, bytes, (keyMs, hash) => {
        const id = keyedMessageId(keyMs, hash);
        expect(isMessageId(id)).toBe(true);
        expect(messageIdMs(id)).toBe(keyMs);
        expect(isKeyed(id)).toBe(true);
        expect(keyedMessageId(keyMs, hash)).toBe(id);
        expect(newMessageId(keyMs, (target) => target.set(hash))).not.toBe(id);
      }),
    );
  });

  test('leaves the hash as it was', () => {
    const hash = new Uint8Array(32).fill(0xff);
    expect(keyedMessageId(0, hash)).toBe('00000000-0000-7fff-bfff-ffffffffffff');
    expect(hash).toEqual(new Uint8Array(32).fill(0xff));
  });
});
