import { expect, test } from 'vitest';
import { heldBytes } from '../../../../test/helpers/heap.ts';
import { SequenceSet } from './sequence-set.ts';

test('holds each sequence of each writer once, and what was deleted no more', () => {
  const set = new SequenceSet();
  for (const sequence of [1, 8, 9, 4095, 4096, 2 ** 40]) set.add('writer-1', sequence);
  set.add('writer-1', 9);
  set.add('writer-2', 9);
  expect(set.size).toBe(7);
  set.delete('writer-1', 9);
  set.delete('writer-1', 9);
  set.delete('writer-1', 10);
  set.delete('writer-3', 9);
  expect(set.size).toBe(6);
  for (const sequence of [1, 8, 4095, 4096, 2 ** 40]) set.delete('writer-1', sequence);
  set.delete('writer-2', 9);
  expect(set.size).toBe(0);
});

test('a hundred thousand take hardly any of the heap', async () => {
  const set = new SequenceSet();
  const bytes = await heldBytes(() => {
    for (let sequence = 1; sequence <= 100_000; sequence++) set.add('writer-1', sequence);
  });
  expect(set.size).toBe(100_000);
  expect(bytes).toBeLessThan(1_000_000);
});
