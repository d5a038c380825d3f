import { systemClock as clock } from '@trackline/domain/clock';
import { Pace } from '@trackline/domain/pace';
import { expect, test } from 'vitest';
import { batchWrite } from './batch-write.dynamodb.ts';
import { limits } from './limits.ts';
import type { WrittenTable } from './written-table.dynamodb.ts';

const random = () => 0;

/** A table whose calls wait until they are answered, and the keys of each. */
function heldTable() {
  const calls: string[][] = [];
  const answers: (() => void)[] = [];
  const send = ({ input }: { input: { RequestItems: Record<string, { PutRequest: { Item: Item } }[]> } }) => {
    calls.push(input.RequestItems.events!.map(({ PutRequest }) => PutRequest.Item.sk.S));
    return new Promise((resolve) => answers.push(() => resolve({})));
  };
  const table = { client: { send }, tableName: 'events', clock, random, pace: new Pace(clock, random) };
  return { table: table as unknown as WrittenTable, calls, answers };
}

type Item = ReturnType<typeof item>;
const item = (n: number) => ({ pk: { S: 'p' }, sk: { S: String(n) } });

/** Until all is done that waits for no call. */
const settled = () => new Promise(setImmediate);

test('has as many calls under way as its limit says, one more for each that ends, and in order', async () => {
  const { table, calls, answers } = heldTable();
  const batches = limits.batchesAtOnce + 5;
  const items = Array.from({ length: batches * limits.batchItemsMax }, (_, n) => item(n));
  const writing = batchWrite(table, items, Infinity);
  for (let ended = 0; ended < batches; ended++) {
    await settled();
    expect(calls).toHaveLength(Math.min(batches, limits.batchesAtOnce + ended));
    answers[ended]!();
  }
  expect(await writing).toEqual(items.map(() => ({ ok: true })));
  expect(calls.flat()).toEqual(items.map(({ sk }) => sk.S));
});

test('makes its items as they are needed: no more than those under way', async () => {
  const { table, calls, answers } = heldTable();
  let made = 0;
  const writing = batchWrite(
    table,
    (function* () {
      while (made < 1_000) yield item(made++);
    })(),
    Infinity,
  );
  await settled();
  expect(made).toBe(limits.batchesAtOnce * limits.batchItemsMax);
  for (let ended = 0; ended < 1_000 / limits.batchItemsMax; ended++) {
    answers[ended]!();
    await settled();
  }
  expect(await writing).toHaveLength(1_000);
  expect(calls).toHaveLength(1_000 / limits.batchItemsMax);
});
