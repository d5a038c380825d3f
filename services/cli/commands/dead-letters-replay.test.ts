import type { DeadLetter } from '@trackline/adapters/event-store/dead-letters';
import { beforeEach, describe, expect, test } from 'vitest';
import { MemoryParts, whileTimePasses } from '../../../test/helpers/cli-parts.ts';
import { eventRun } from '../../../test/helpers/events.ts';
import { FakeClock } from '../../../test/helpers/fake-clock.ts';
import { aggregate, kinesisRecord } from '../../../test/helpers/kinesis-records.ts';
import { deadLettersReplay, type ReplaySelection } from './dead-letters-replay.ts';

const nowMs = Date.UTC(2026, 0, 31, 12);
const usual = { again: false, dryRun: false, perSecondMax: 1_000 };
const down = { ok: false, code: 'ECONNREFUSED', throttled: false, retriable: true } as const;
const refused = { ok: false, code: 'ValidationException', throttled: false, retriable: false } as const;

let parts: MemoryParts;
let clock: FakeClock;
beforeEach(() => {
  parts = new MemoryParts();
  clock = new FakeClock(nowMs);
});

function keep(id: string, more: Partial<DeadLetter> = {}, origin: Partial<DeadLetter['origin']> = {}): void {
  const place = { region: 'eu-central-1', shardId: 's', sequenceNumber: '1', index: 0, arrivedAtMs: nowMs };
  parts.letters.push({
    id,
    reason: 'event_undecodable',
    detail: 'd',
    bytes: Buffer.from(id),
    origin: { stream: 'events', partitionKey: `key of ${id}`, ...place, ...origin },
    ...more,
  });
}

async function replayed(selection: Partial<ReplaySelection>, options: Partial<typeof usual> = {}) {
  const of = { ids: [], onFailure: false, ...selection };
  const running = deadLettersReplay(parts.context(clock), of, { ...usual, ...options });
  const { json, text, finding } = await whileTimePasses(clock, running);
  return {
    ...(json as { replayed: number; skipped: number; failed: number }),
    text: text(Infinity),
    finding,
  };
}

const texts = () => parts.putBack.map(({ record }) => Buffer.from(record.data).toString());

describe('replay', () => {
  test('puts a letter back onto its stream as it was, and notes when', async () => {
    keep('2026-01-31-a', {}, { stream: 'of-core-data' });
    expect(await replayed({ ids: ['2026-01-31-a'] })).toMatchObject({
      replayed: 1,
      skipped: 0,
      failed: 0,
      text: '1 replayed, 0 skipped, 0 failed.',
      finding: undefined,
    });
    expect(parts.putBack).toEqual([
      {
        stream: 'of-core-data',
        record: { data: Buffer.from('2026-01-31-a'), partitionKey: 'key of 2026-01-31-a' },
      },
    ]);
    expect(parts.replayed.get('2026-01-31-a')).toBeGreaterThanOrEqual(nowMs);
  });

  test('what was replayed is left alone, unless told otherwise', async () => {
    keep('2026-01-31-a');
    keep('2026-01-31-b');
    await replayed({ ids: ['2026-01-31-a'] });
    expect(await replayed({ day: '2026-01-31' })).toMatchObject({
      replayed: 1,
      skipped: 1,
      text: expect.stringContaining('1 skipped (replayed before'),
    });
    expect(await replayed({ day: '2026-01-31' }, { again: true })).toMatchObject({ replayed: 2, skipped: 0 });
    expect(texts().toSorted()).toEqual(['a', 'a', 'b', 'b'].map((each) => `2026-01-31-${each}`));
  });

  test('those of a day, of some reasons, of both', async () => {
    keep('2026-01-31-a');
    keep('2026-01-31-b', { reason: 'event_invalid' });
    keep('2026-01-30-c', { reason: 'event_invalid' });
    keep('2026-01-30-d', { reason: 'update_invalid' });
    const would = async (selection: Partial<ReplaySelection>) => {
      const { letters } = (await replayed(selection, { dryRun: true })) as unknown as {
        letters: { id: string }[];
      };
      return letters.map(({ id }) => id);
    };
    expect(await would({ day: '2026-01-31' })).toEqual(['2026-01-31-a', '2026-01-31-b']);
    expect(await would({ reasons: ['event_invalid', 'update_invalid'] })).toEqual([
      '2026-01-31-b',
      '2026-01-30-c',
      '2026-01-30-d',
    ]);
    expect(await would({ reasons: ['event_invalid'], day: '2026-01-30' })).toEqual(['2026-01-30-c']);
    expect(parts.putBack).toEqual([]);
    expect(parts.replayed.size).toBe(0);
  });

  test('a dry run says what it would do', async () => {
    keep('2026-01-31-a');
    const { text } = await replayed({ ids: ['2026-01-31-a'] }, { dryRun: true });
    expect(text).toBe('1 would be replayed, 0 skipped, 0 failed.');
  });

  test('an aggregate goes where its records say that they belong', async () => {
    const bytes = aggregate(...eventRun('w1', 1, 3));
    keep('2026-01-31-a', { bytes });
    await replayed({ ids: ['2026-01-31-a'] });
    expect(parts.putBack).toEqual([
      {
        stream: 'events',
        record: { data: bytes, partitionKey: 'key of 2026-01-31-a', explicitHashKey: '1234567890' },
      },
    ]);
  });

  test('a record that had no partition key gets one', async () => {
    keep('2026-01-31-a', {}, { partitionKey: '' });
    await replayed({ ids: ['2026-01-31-a'] });
    expect(parts.putBack[0]!.record.partitionKey).toBe('2026-01-31-a');
  });

  test('no faster than it may', async () => {
    for (let n = 0; n < 20; n++) keep(`2026-01-31-${n}`);
    await replayed({ day: '2026-01-31' }, { perSecondMax: 10 });
    expect(clock.monotonicMs()).toBeGreaterThanOrEqual(1_900);
    expect(parts.putBack).toHaveLength(20);
    expect(parts.progress.at(-1)).toBe('20 of 20 looked after');
  });

  test('what its stream refuses has failed, by name, and is open still; the others go on', async () => {
    keep('2026-01-31-a');
    keep('2026-01-31-b');
    parts.onPutBack = (record) =>
      record.partitionKey.endsWith('a') ? refused : { ok: true, shardId: 's', sequenceNumber: '1' };
    const { text, finding, ...counts } = await replayed({ day: '2026-01-31' });
    expect(counts).toMatchObject({ replayed: 1, failed: 1 });
    expect(text).toMatch(/2026-01-31-a +the stream events: ValidationException/);
    expect(finding).toBe('1 of 2 could not be put back.');
    expect([...parts.replayed.keys()]).toEqual(['2026-01-31-b']);
  });

  test('a stream that takes nothing is not tried for each of them', async () => {
    for (let n = 0; n < 100; n++) keep(`2026-01-31-${n}`);
    let calls = 0;
    parts.onPutBack = () => {
      calls++;
      return down;
    };
    expect(await replayed({ day: '2026-01-31' })).toMatchObject({ replayed: 0, failed: 100 });
    expect(clock.monotonicMs()).toBeLessThan(30_000);
    expect(calls).toBeLessThan(500);
  });

  test('of a batch that was given up: all its records, in order, and a note beside it', async () => {
    const batch = {
      key: 'aws/lambda/event-consumer/x.json',
      mapping: 'event-consumer',
      shardId: 's',
      condition: 'RecordAgeExceeded',
      invokeCount: 3,
      atMs: nowMs,
      records: [1, 2, 3].map((number) => kinesisRecord(Buffer.from(`r${number}`), number)),
      replayedAtMs: null,
    };
    parts.batches.push(batch, { ...batch, key: 'y.json', atMs: nowMs - 86_400_000 });
    expect(await replayed({ onFailure: true, day: '2026-01-31' })).toMatchObject({ replayed: 1 });
    expect(texts()).toEqual(['r1', 'r2', 'r3']);
    expect(parts.putBack[0]).toMatchObject({ stream: 'trackline-events', record: { partitionKey: 'w1' } });
    expect(await replayed({ onFailure: true })).toMatchObject({ replayed: 1, skipped: 1 });
    expect(await replayed({ ids: ['y.json'] })).toMatchObject({ replayed: 0, skipped: 1 });
  });

  test('whatever is not there ends it before anything is put back', async () => {
    keep('2026-01-31-a');
    await expect(replayed({ ids: ['2026-01-31-a', '2026-01-31-b'] })).rejects.toThrow(/no dead letter/);
    await expect(replayed({ ids: ['2026-01-31-a', 'x.json'] })).rejects.toThrow(/no batch/);
    expect(parts.putBack).toEqual([]);
  });

  test.each<[string, Partial<ReplaySelection>]>([
    ['nothing', {}],
    ['ids and a day', { ids: ['a'], day: '2026-01-31' }],
    ['ids and reasons', { ids: ['a'], reasons: ['event_invalid'] }],
    ['ids and batches', { ids: ['a'], onFailure: true }],
    ['batches of a reason', { onFailure: true, reasons: ['event_invalid'] }],
  ])('%s: wrong usage', async (_, selection) => {
    await expect(replayed(selection)).rejects.toMatchObject({ name: 'Failure', exitCode: 2 });
  });
});
