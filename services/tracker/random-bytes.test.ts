import { expect, test } from 'vitest';
import { pooledRandomBytes } from './random-bytes.ts';

test('pooledRandomBytes never gives the same bytes twice, across its refills', () => {
  const randomBytes = pooledRandomBytes();
  const seen = new Set<string>();
  for (let i = 0; i < 5_000; i++) {
    const target = new Uint8Array(16);
    randomBytes(target);
    seen.add(Buffer.from(target).toString('hex'));
  }
  expect(seen.size).toBe(5_000);
});

test('pooledRandomBytes fills what is larger than its pool, and odd sizes to the end', () => {
  const randomBytes = pooledRandomBytes();
  for (const size of [0, 1, 17, 8_191, 8_192, 8_193, 100_000]) {
    const target = new Uint8Array(size);
    randomBytes(target);
    // 64 zeros in a row by chance: once in 2^512.
    expect(Buffer.from(target.slice(-64)).every((byte) => byte === 0) && size >= 64).toBe(false);
  }
});
