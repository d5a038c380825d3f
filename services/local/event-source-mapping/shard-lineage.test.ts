import { expect, test } from 'vitest';
import { ShardLineage } from './shard-lineage.ts';

const shard = (shardId: string, parents: readonly string[] = [], closed = false) => ({
  shardId,
  parents,
  closed,
});
const nothingMore = () => false;

test('a child’s turn comes when its parent is read to its end, and comes once', () => {
  const lineage = new ShardLineage();
  const split = [shard('a', [], true), shard('b', ['a']), shard('c', ['a'])];
  expect(lineage.list(split)).toEqual(['a']);
  expect(lineage.list(split)).toEqual([]);
  lineage.end('a');
  expect(lineage.list(split)).toEqual(['b', 'c']);
  expect(lineage.list(split)).toEqual([]);
});

test('what was merged waits for both of its parents', () => {
  const lineage = new ShardLineage();
  const merged = [shard('a', [], true), shard('b', [], true), shard('c', ['a', 'b'])];
  expect(lineage.list(merged)).toEqual(['a', 'b']);
  lineage.end('b');
  expect(lineage.list(merged)).toEqual([]);
  lineage.end('a');
  expect(lineage.list(merged)).toEqual(['c']);
});

test('a parent that the stream does not keep any more holds up nobody', () => {
  expect(new ShardLineage().list([shard('c', ['a'])])).toEqual(['c']);
});

test('an empty answer of a closed shard, or of one whose turn has not come, is not the end', () => {
  const lineage = new ShardLineage();
  lineage.list([shard('a')]);
  expect(lineage.isDone(nothingMore)).toBe(true);
  expect(lineage.isDone(() => true)).toBe(false);
  lineage.list([shard('a', [], true), shard('b', ['a'])]);
  expect(lineage.isDone(nothingMore)).toBe(false);
  lineage.end('a');
  expect(lineage.isDone((shardId) => shardId === 'b')).toBe(false);
  expect(lineage.isDone(nothingMore)).toBe(true);
});
