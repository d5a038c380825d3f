import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { kinesisRecord } from '../../test/helpers/kinesis-records.ts';
import { listOf } from '../../test/helpers/list-of.ts';
import { onFailureFolder } from './on-failure.folder.ts';

const atMs = Date.UTC(2026, 0, 31, 23, 59, 59, 999);

function buildFolder() {
  const path = mkdtempSync(join(tmpdir(), 'trackline-on-failure-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  const folder = onFailureFolder(path);
  const put = (mapping: string, more: { atMs: number }) =>
    folder.put({
      mapping,
      shardId: 'shardId-000000000000',
      condition: 'RetryAttemptsExhausted',
      invokeCount: 21,
      records: [kinesisRecord(Buffer.from('{}'), 1)],
      ...more,
    });
  return { folder, put };
}

test('batches are listed newest first, whichever mapping gave them up', async () => {
  const { folder, put } = buildFolder();
  // Their folders sort neither way by time.
  await put('b', { atMs });
  await put('c', { atMs: atMs + 1 });
  await put('a', { atMs: atMs + 2 });
  const listed = await listOf(folder.list());
  expect(listed.map(({ mapping, atMs: at }) => [mapping, at - atMs])).toEqual([
    ['a', 2],
    ['c', 1],
    ['b', 0],
  ]);
});

test('a batch is found by the key that it is listed under', async () => {
  const { folder, put } = buildFolder();
  await put('event-consumer', { atMs });
  const [listed] = await listOf(folder.list());
  expect(await folder.get(listed!.key)).toEqual(listed);
});

test('a batch that was put back says when, and is listed as before', async () => {
  const { folder, put } = buildFolder();
  await put('event-consumer', { atMs });
  const [open] = await listOf(folder.list());
  expect(open!.replayedAtMs).toBeNull();
  await folder.markReplayed(open!.key, atMs + 5_000);
  const replayed = { ...open!, replayedAtMs: atMs + 5_000 };
  expect(await listOf(folder.list())).toEqual([replayed]);
  expect(await folder.get(open!.key)).toEqual(replayed);
});

test('a folder that is not there holds no batch', async () => {
  const folder = onFailureFolder(join(tmpdir(), 'trackline-nowhere'));
  expect(await listOf(folder.list())).toEqual([]);
  expect(await folder.get('aws/lambda/nothing.json')).toBeNull();
});
