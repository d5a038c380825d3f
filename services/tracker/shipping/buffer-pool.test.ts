import { expect, test } from 'vitest';
import { BufferPool } from './buffer-pool.ts';

test('gives what it was given again, before it makes another', () => {
  const pool = new BufferPool(64, 2);
  const [first, second] = [pool.take(1), pool.take(64)];
  expect([first.length, second.length, first === second]).toEqual([64, 64, false]);
  pool.give(first);
  expect(pool.take(10)).toBe(first);
});

test('keeps no more than it may, and none of another size', () => {
  const pool = new BufferPool(64, 1);
  const large = pool.take(65);
  expect(large.length).toBe(65);
  const [kept, dropped] = [pool.take(1), pool.take(1)];
  for (const buffer of [large, kept, dropped]) pool.give(buffer);
  expect(pool.take(1)).toBe(kept);
  expect([large, dropped]).not.toContain(pool.take(1));
});
