import { randomFillSync } from 'node:crypto';
import { newMessageId } from '@trackline/domain/message-id';
import { expect, test } from 'vitest';
import { Oracle } from './oracle.ts';

const newIds = (count: number) => {
  return Array.from({ length: count }, (_, i) => newMessageId(1_700_000_000_000 + i, randomFillSync));
};

test('what was accepted and is not in the event store is missing, and named', () => {
  const oracle = new Oracle();
  const ids = newIds(20_000);
  for (const id of ids) oracle.accept(id);
  const [lost, ...stored] = ids;
  expect(new Set(stored.map((id) => oracle.find(id)))).toEqual(new Set(['first']));
  expect(oracle.accepted).toBe(20_000);
  expect([...oracle.missing()]).toEqual([lost]);
});

test('an item that is there twice is told from the first', () => {
  const oracle = new Oracle();
  const [id] = newIds(1) as [string];
  oracle.accept(id);
  expect([oracle.find(id), oracle.find(id)]).toEqual(['first', 'again']);
});

test('an item that no client was told of is a stranger, and the second of its kind is there again', () => {
  const oracle = new Oracle();
  const [known, strange] = newIds(2) as [string, string];
  oracle.accept(known);
  expect([oracle.find(strange), oracle.find(strange)]).toEqual(['stranger', 'again']);
});

test('a comparison can be made anew', () => {
  const oracle = new Oracle();
  const [known, strange] = newIds(2) as [string, string];
  oracle.accept(known);
  const look = () => [oracle.find(known), oracle.find(strange)];
  expect(look()).toEqual(['first', 'stranger']);
  oracle.forgetFound();
  expect([...oracle.missing()]).toEqual([known]);
  expect(look()).toEqual(['first', 'stranger']);
});

test('two answers with one message id are found at once', () => {
  const oracle = new Oracle();
  const [id] = newIds(1) as [string];
  oracle.accept(id);
  expect(() => oracle.accept(id)).toThrow(id);
});
