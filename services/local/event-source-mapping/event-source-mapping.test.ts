import { systemClock } from '@trackline/domain/clock';
import type { KinesisStreamRecord } from 'aws-lambda';
import { expect, onTestFinished, test } from 'vitest';
import { until } from '../../../test/helpers/until.ts';
import { EventSourceMapping } from './event-source-mapping.ts';

/**
 * What a mapping says of itself, with a reader that a test plays, because what matters is *when* it answers; test/contract/ runs the mapping on a
 * real stream.
 */
async function start(read: () => Promise<readonly KinesisStreamRecord[]>): Promise<EventSourceMapping> {
  const mapping = new EventSourceMapping({
    name: 'tested',
    reader: { shards: async () => ['shard'], read, close: async () => {} },
    handler: async () => null,
    checkpoints: { get: () => null, set: async () => {} },
    onFailure: { put: async () => {} },
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
    },
    telemetry: { invocationFailed: () => {}, batchGivenUp: () => {}, pollFailed: () => {} },
  });
  await mapping.open();
  onTestFinished(() => mapping.close());
  return mapping;
}

test('a poll that failed does not say that there is nothing', async () => {
  let polls = 0;
  let away = true;
  const mapping = await start(async () => {
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
  const mapping = await start(() => new Promise((resolve) => answers.push(() => resolve([]))));
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
