import { systemClock } from '@trackline/domain/clock';
import type { KinesisStreamRecord } from 'aws-lambda';
import { expect, onTestFinished, test } from 'vitest';
import { kinesisRecord } from '../../../test/helpers/kinesis-records.ts';
import { until } from '../../../test/helpers/until.ts';
import { EventSourceMapping } from './event-source-mapping.ts';
import type { MappingSettings } from './mapping-settings.ts';

/**
 * What depends on *when* the stream answers, or on what it holds, with a reader that a test plays;
 * test/contract/ runs the mapping on a real stream.
 */
async function start(
  read: (after: string | null) => Promise<readonly KinesisStreamRecord[]>,
  settings: Partial<MappingSettings> = {},
) {
  let checkpoint: string | null = null;
  const calls: (readonly string[])[] = [];
  const givenUp: (readonly string[])[] = [];
  const numbersOf = (records: readonly KinesisStreamRecord[]) =>
    records.map(({ kinesis }) => kinesis.sequenceNumber);
  const mapping = new EventSourceMapping({
    name: 'tested',
    reader: {
      shards: async () => [{ shardId: 'shard', parents: [], closed: false }],
      read: async (_, after) => ({ records: await read(after), ended: false }),
      close: async () => {},
    },
    handler: async ({ Records }) => {
      calls.push(numbersOf(Records));
    },
    checkpoints: {
      get: () => checkpoint,
      set: async (_, sequenceNumber) => {
        checkpoint = sequenceNumber;
      },
    },
    onFailure: {
      put: async ({ records }) => {
        givenUp.push(numbersOf(records));
      },
    },
    clock: systemClock,
    random: Math.random,
    settings: {
      batchSize: 10,
      windowMs: 0,
      pollEveryMs: 1,
      bisectOnError: false,
      retriesMax: -1,
      recordAgeMaxMs: -1,
      invocationTimeoutMs: 5_000,
      retryBaseMs: 1,
      retryMaxMs: 1,
      ...settings,
    },
    telemetry: { invocationFailed: () => {}, batchGivenUp: () => {}, pollFailed: () => {} },
  });
  await mapping.open();
  onTestFinished(() => mapping.close());
  return { mapping, calls, givenUp };
}

/** Reads of a stream that holds these records and no more. */
const holding = (records: readonly KinesisStreamRecord[]) => async (after: string | null) =>
  records.filter(({ kinesis }) => after === null || kinesis.sequenceNumber > after);
const numbers = (records: readonly KinesisStreamRecord[]) =>
  records.map(({ kinesis }) => kinesis.sequenceNumber);

test('a poll that failed does not say that there is nothing', async () => {
  let polls = 0;
  let away = true;
  const { mapping } = await start(async () => {
    polls++;
    if (away) throw new Error('The stream is away.');
    return [];
  });
  await until('some polls', () => polls > 3);
  expect(mapping.caughtUp).toBe(false);
  away = false;
  await until('an empty poll', () => mapping.caughtUp);
});

test('a poll that began before it was told to look again says nothing of what came since', async () => {
  const answers: (() => void)[] = [];
  const { mapping } = await start(() => new Promise((resolve) => answers.push(() => resolve([]))));
  await until('the first poll', () => answers.length === 1);
  mapping.lookAgain();
  answers[0]!();
  await until('the second poll', () => answers.length === 2);
  expect(mapping.caughtUp).toBe(false);
  answers[1]!();
  await until('the end', () => mapping.caughtUp);
  await until('the third poll', () => answers.length === 3);
  answers[2]!();
  await mapping.close();
});

test('a window opens with its first record, and closes when it is told to look again', async () => {
  const records = [kinesisRecord(Buffer.from('a'), 1)];
  let there: readonly KinesisStreamRecord[] = [];
  const { mapping, calls } = await start((after) => holding(there)(after), { windowMs: 3_600_000 });
  await until('an empty poll', () => mapping.caughtUp);
  there = records;
  await until('the window to open', () => !mapping.caughtUp);
  expect(calls).toEqual([]);
  mapping.lookAgain();
  await until('the batch', () => calls.length === 1);
  expect(calls).toEqual([numbers(records)]);
  await until('the end', () => mapping.caughtUp);
});

test('an invocation takes 6 MB at most', async () => {
  const records = [1, 2, 3, 4, 5].map((number) => kinesisRecord(Buffer.alloc(2 ** 20), number));
  const { calls } = await start(holding(records));
  await until('all', () => calls.flat().length === 5);
  expect(calls).toEqual([numbers(records.slice(0, 4)), numbers(records.slice(4))]);
});

test('of a batch only those records are given up that are too old', async () => {
  const aged = (number: number, agoMs: number): KinesisStreamRecord => {
    const record = kinesisRecord(Buffer.from('x'), number);
    const approximateArrivalTimestamp = (Date.now() - agoMs) / 1000;
    return { ...record, kinesis: { ...record.kinesis, approximateArrivalTimestamp } };
  };
  const records = [aged(1, 7_200_000), aged(2, 7_200_000), aged(3, 0)];
  const { calls, givenUp } = await start(holding(records), { recordAgeMaxMs: 3_600_000 });
  await until('the young one', () => calls.length === 1);
  expect(calls).toEqual([numbers(records.slice(2))]);
  expect(givenUp).toEqual([numbers(records.slice(0, 2))]);
});
