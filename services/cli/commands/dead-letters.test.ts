import type { DeadLetter } from '@trackline/adapters/event-store/dead-letters';
import type { ListedBatch } from '@trackline/adapters/on-failure/on-failure';
import type { Reason } from '@trackline/domain/verdict';
import { beforeEach, describe, expect, test } from 'vitest';
import { MemoryParts } from '../../../test/helpers/cli-parts.ts';
import { FakeClock } from '../../../test/helpers/fake-clock.ts';
import { kinesisRecord } from '../../../test/helpers/kinesis-records.ts';
import { deadLettersList, deadLettersShow } from './dead-letters.ts';
import { onFailureList, onFailureShow } from './on-failure.ts';

const nowMs = Date.UTC(2026, 0, 31, 12);
const id = '2026-01-31-0123456789abcdef';

let parts: MemoryParts;
let context: ReturnType<MemoryParts['context']>;
beforeEach(() => {
  parts = new MemoryParts();
  context = parts.context(new FakeClock(nowMs));
});

function keep(letterId: string, more: Partial<DeadLetter> = {}): void {
  parts.letters.push({
    id: letterId,
    reason: 'update_invalid',
    detail: 'version must be >= 1',
    bytes: Buffer.from('{"id":"a","version":0}'),
    origin: {
      stream: 'trackline-core-data',
      region: 'eu-central-1',
      shardId: 'shardId-000000000000',
      sequenceNumber: '4957',
      index: 0,
      partitionKey: 'a',
      arrivedAtMs: nowMs,
    },
    ...more,
  });
}

describe('list', () => {
  test('shows today’s, oldest first, or another day’s', async () => {
    keep('2026-01-31-b');
    const { origin } = parts.letters[0]!;
    keep('2026-01-31-a', { origin: { ...origin, arrivedAtMs: nowMs + 1 } });
    keep('2026-01-30-c');
    const ids = async (day?: string) =>
      ((await deadLettersList(context, { day })).json as { deadLetters: { id: string }[] }).deadLetters.map(
        (letter) => letter.id,
      );
    expect(await ids()).toEqual(['2026-01-31-b', '2026-01-31-a']);
    expect(await ids('2026-01-30')).toEqual(['2026-01-30-c']);
    expect((await deadLettersList(context, {})).text(Infinity)).toMatch(
      /2026-01-31-b +2026-01-31T12:00:00Z +trackline-core-data +update_invalid +22 +open/,
    );
  });

  test('tells when one was replayed, or leaves it out', async () => {
    keep('2026-01-31-a');
    keep('2026-01-31-b');
    parts.replayed.set('2026-01-31-a', nowMs + 5_000);
    const all = await deadLettersList(context, {});
    expect(all.json).toMatchObject({
      deadLetters: [{ replayedAt: '2026-01-31T12:00:05.000Z' }, { replayedAt: null }],
    });
    expect(all.text(Infinity)).toMatch(/2026-01-31-a .* 2026-01-31T12:00:05Z +version/);
    const open = await deadLettersList(context, { open: true });
    expect(open.json).toMatchObject({ deadLetters: [{ id: '2026-01-31-b' }] });
    parts.replayed.set('2026-01-31-b', nowMs);
    const none = await deadLettersList(context, { open: true });
    expect(none.text(Infinity)).toBe('No open dead letters on 2026-01-31 (UTC).');
  });

  test('says that there are none', async () => {
    expect((await deadLettersList(context, {})).text(Infinity)).toBe('No dead letters on 2026-01-31 (UTC).');
  });
});

describe('show', () => {
  test('tells the reason in words, the origin, the text and the bytes', async () => {
    keep(id);
    const { json, text } = await deadLettersShow(context, id, { full: false });
    expect(text(Infinity)).toContain('update_invalid: The update does not fit its schema.');
    expect(text(Infinity)).toContain('4957');
    expect(text(Infinity)).toContain('It is text:\n{"id":"a","version":0}');
    expect(text(Infinity)).toContain('00000000  7b 22 69 64');
    expect(json).toMatchObject({
      id,
      words: 'The update does not fit its schema.',
      origin: { arrivedAt: '2026-01-31T12:00:00.000Z' },
      bytes: Buffer.from('{"id":"a","version":0}').toString('base64'),
      decoded: [{ kind: 'text' }],
    });
  });

  test('shows only the first 4 KiB, unless told otherwise', async () => {
    keep(id, { bytes: Buffer.alloc(5_000, 'x') });
    expect((await deadLettersShow(context, id, { full: false })).text(Infinity)).toContain('904 bytes more');
    expect((await deadLettersShow(context, id, { full: true })).text(Infinity)).not.toContain('bytes more');
  });

  test('of a reason that this build does not know', async () => {
    keep(id, { reason: 'from_the_future' as Reason });
    expect((await deadLettersShow(context, id, { full: false })).text(Infinity)).toContain('does not know');
  });

  test('of an unknown id is an error', async () => {
    await expect(deadLettersShow(context, id, { full: false })).rejects.toThrow(/There is no dead letter/);
  });
});

describe('batches that were given up', () => {
  const batch: ListedBatch = {
    key: 'aws/lambda/core-data-updater/shardId-000000000000/2026/01/31/x.json',
    mapping: 'core-data-updater',
    shardId: 'shardId-000000000000',
    condition: 'RetryAttemptsExhausted',
    invokeCount: 21,
    atMs: nowMs,
    replayedAtMs: null,
    records: [
      kinesisRecord(Buffer.from('{"id":"a","version":7,"deleted":true}'), 4957, 'trackline-core-data'),
    ],
  };

  test('are listed, of one day or of all', async () => {
    expect((await onFailureList(context, {})).text(Infinity)).toBe('No batch was given up.');
    parts.batches.push(batch);
    expect((await onFailureList(context, {})).json).toEqual({
      batches: [expect.objectContaining({ key: batch.key, invokeCount: 21, records: 1 })],
    });
    expect((await onFailureList(context, { day: '2026-01-30' })).json).toEqual({ batches: [] });
    expect((await onFailureList(context, {})).text(Infinity)).toMatch(
      /RetryAttemptsExhausted +21 +1 +open +aws\/lambda/,
    );
  });

  test('are listed with when they were replayed, or left out', async () => {
    parts.batches.push(batch);
    parts.replayed.set(batch.key, nowMs + 1);
    expect((await onFailureList(context, {})).json).toMatchObject({
      batches: [{ replayedAt: '2026-01-31T12:00:00.001Z' }],
    });
    expect((await onFailureList(context, { open: true })).json).toEqual({ batches: [] });
  });

  test('are shown record by record, decoded', async () => {
    parts.batches.push(batch);
    const { json, text } = await onFailureShow(context, batch.key, { full: false });
    expect(text(Infinity)).toContain('RetryAttemptsExhausted, after 21 tries');
    expect(text(Infinity)).toContain('It is a core-data update:');
    expect(json).toMatchObject({
      payload: [
        {
          sequenceNumber: batch.records[0]!.kinesis.sequenceNumber,
          arrivedAt: '2026-05-17T13:30:00.000Z',
          decoded: [{ kind: 'update', update: { version: 7 } }],
        },
      ],
    });
  });

  test('of an unknown key are an error', async () => {
    await expect(onFailureShow(context, 'x.json', { full: false })).rejects.toThrow(/There is no batch/);
  });
});
