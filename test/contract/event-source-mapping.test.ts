import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type KinesisClient,
  ListShardsCommand,
  PutRecordCommand,
  SplitShardCommand,
} from '@aws-sdk/client-kinesis';
import { connectKinesisEventStream } from '@trackline/adapters/event-stream/event-stream.kinesis';
import { onFailureFolder } from '@trackline/adapters/on-failure/on-failure.folder';
import { systemClock } from '@trackline/domain/clock';
import type { KinesisStreamEvent } from 'aws-lambda';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openCheckpoints } from '../../services/local/event-source-mapping/checkpoints.ts';
import {
  EventSourceMapping,
  type InvocationContext,
} from '../../services/local/event-source-mapping/event-source-mapping.ts';
import type { MappingSettings } from '../../services/local/event-source-mapping/mapping-settings.ts';
import { connectShardReader } from '../../services/local/event-source-mapping/shard-reader.kinesis.ts';
import { kinesisClient } from '../../services/local/parts/streams.kinesis.ts';
import { startAwsProxy } from '../helpers/aws-proxy.ts';
import { startTestKinesis } from '../helpers/kinesis.ts';
import { listOf } from '../helpers/list-of.ts';
import { until } from '../helpers/until.ts';

/**
 * The mapping on a real stream, with handlers that answer as a test wants; what each invocation was given is
 * written down.
 */
describe('the event-source mapping', () => {
  let kinesis: Awaited<ReturnType<typeof startTestKinesis>>;
  let streams = 0;
  let streamName: string;
  let folder: string;
  let open: EventSourceMapping[] = [];

  beforeAll(async () => {
    kinesis = await startTestKinesis({});
  });
  afterAll(() => kinesis?.stop());
  beforeEach(async () => {
    streamName = `stream-${++streams}`;
    folder = mkdtempSync(join(tmpdir(), 'trackline-mapping-'));
    await kinesis.createStreams({ [streamName]: 1 });
  });
  afterEach(async () => {
    await Promise.all(open.map((mapping) => mapping.close()));
    open = [];
    rmSync(folder, { recursive: true, force: true });
  });

  async function send(...texts: string[]): Promise<void> {
    const stream = connectKinesisEventStream({ ...kinesis, streamName, requestTimeoutMs: 5_000 });
    // One after the other: their order is what is tested.
    for (const text of texts) {
      expect(await stream.put([{ data: Buffer.from(text), partitionKey: 'k' }])).toMatchObject([
        { ok: true },
      ]);
    }
    await stream.close();
  }

  type Answer = (texts: string[], event: KinesisStreamEvent, context: InvocationContext) => unknown;
  const onFailure = () => onFailureFolder(join(folder, 'on-failure'));

  async function start(answer: Answer, settings: Partial<MappingSettings> = {}, clock = systemClock) {
    const calls: string[][] = [];
    const mapping = new EventSourceMapping({
      name: 'tested',
      reader: connectShardReader({ ...kinesis, streamName }),
      handler: async (event, context) => {
        const texts = event.Records.map(({ kinesis: { data } }) => Buffer.from(data, 'base64').toString());
        calls.push(texts);
        return answer(texts, event, context);
      },
      checkpoints: await openCheckpoints(join(folder, 'checkpoints.json')),
      onFailure: onFailure(),
      clock,
      random: Math.random,
      settings: {
        batchSize: 10,
        windowMs: 0,
        pollEveryMs: 10,
        bisectOnError: false,
        retriesMax: -1,
        recordAgeMaxMs: -1,
        invocationTimeoutMs: 5_000,
        retryBaseMs: 1,
        retryMaxMs: 10,
        ...settings,
      },
      telemetry: { invocationFailed: () => {}, batchGivenUp: () => {}, pollFailed: () => {} },
    });
    await mapping.open();
    open.push(mapping);
    return { calls, mapping };
  }

  const failing =
    (...bad: string[]): Answer =>
    (texts, { Records }) => ({
      batchItemFailures: Records.filter((_, index) => bad.includes(texts[index]!)).map(
        ({ kinesis: record }) => ({
          itemIdentifier: record.sequenceNumber,
        }),
      ),
    });
  const letters = [...'abcdefghijkl'];

  test('reads from the oldest record on, in order, in batches of the batch size', async () => {
    await send(...letters);
    const { calls } = await start(() => ({ batchItemFailures: [] }), { batchSize: 5 });
    await until('all records', () => calls.flat().length === 12);
    expect(calls).toEqual([letters.slice(0, 5), letters.slice(5, 10), letters.slice(10)]);
  });

  test('a window gathers a batch until it is full', async () => {
    const { calls } = await start(() => null, { windowMs: 60_000, batchSize: 3 });
    await send('a', 'b', 'c');
    await until('the batch', () => calls.length === 1);
    expect(calls).toEqual([['a', 'b', 'c']]);
  });

  test('a partial failure comes again from its lowest record on; what is before does not', async () => {
    await send(...letters.slice(0, 6));
    let failures = 2;
    const { calls } = await start((...call) =>
      failures-- > 0 ? failing('f', 'd')(...call) : { batchItemFailures: [] },
    );
    await until('three invocations', () => calls.length === 3);
    expect(calls).toEqual([letters.slice(0, 6), ['d', 'e', 'f'], ['d', 'e', 'f']]);
  });

  test('an unknown identifier, an error and a time-out fail the whole batch', async () => {
    await send('a', 'b');
    const answers: Answer[] = [
      () => ({ batchItemFailures: [{ itemIdentifier: 'nobody' }] }),
      () => Promise.reject(new Error('thrown')),
      () => new Promise(() => {}),
      () => ({ batchItemFailures: [] }),
    ];
    const { calls } = await start((...call) => answers.shift()!(...call), { invocationTimeoutMs: 200 });
    await until('four invocations', () => calls.length === 4);
    expect(calls).toEqual(Array.from({ length: 4 }, () => ['a', 'b']));
  });

  test('the context tells the time that is left', async () => {
    const left: number[] = [];
    const { calls } = await start((_, _event, context) => {
      left.push(context.getRemainingTimeInMillis());
    });
    await send('a');
    await until('the invocation', () => calls.length === 1);
    expect(left[0]).toBeGreaterThan(1_000);
    expect(left[0]).toBeLessThanOrEqual(5_000);
  });

  test('bisecting closes in on the poison: its neighbours pass, it alone is given up', async () => {
    await send(...letters.slice(0, 8));
    const passed: string[] = [];
    await start(
      (texts) => {
        if (texts.includes('f')) throw new Error('poison');
        passed.push(...texts);
        return { batchItemFailures: [] };
      },
      { bisectOnError: true, retriesMax: 2 },
    );
    await until('all others', () => passed.length === 7);
    expect(passed).toEqual(letters.slice(0, 8).filter((letter) => letter !== 'f'));
    const givenUp = await listOf(onFailure().list());
    expect(givenUp).toHaveLength(1);
    expect(givenUp[0]).toMatchObject({
      mapping: 'tested',
      condition: 'RetryAttemptsExhausted',
      shardId: 'shardId-000000000000',
    });
    expect(
      givenUp[0]!.records.map(({ kinesis: { data } }) => Buffer.from(data, 'base64').toString()),
    ).toEqual(['f']);
    expect(givenUp[0]!.key).toMatch(
      /^aws\/lambda\/tested\/shardId-000000000000\/\d{4}\/\d\d\/\d\d\/.+\.json$/,
    );
    expect(await onFailure().get(givenUp[0]!.key)).toEqual(givenUp[0]);
    expect(await onFailure().get('../checkpoints.json')).toBeNull();
  });

  test('retries run out: the batch goes to the on-failure destination, and the shard goes on', async () => {
    await send('bad');
    const { calls } = await start(failing('bad'), { retriesMax: 3 });
    await until('the batch to be given up', async () => {
      for await (const batch of onFailure().list()) return batch;
      return null;
    });
    expect(calls).toHaveLength(4);
    await send('good');
    await until('the next record', () => calls.some((texts) => texts.includes('good')));
    expect(calls.at(-1)).toEqual(['good']);
  });

  test('records that are too old are given up without another try', async () => {
    await send('old');
    let hoursLater = 0;
    const clock = { ...systemClock, wallMs: () => systemClock.wallMs() + hoursLater * 3_600_000 };
    const { calls } = await start(failing('old'), { recordAgeMaxMs: 3_600_000, retryMaxMs: 50 }, clock);
    await until('some tries', () => calls.length > 1);
    hoursLater = 2;
    const batch = await until('the batch to be given up', async () => {
      for await (const each of onFailure().list()) return each;
      return null;
    });
    expect(batch.condition).toBe('RecordAgeExceeded');
  });

  test('checkpoints survive a restart: what is done does not come again, what is not does', async () => {
    await send('a', 'b', 'c');
    const first = await start(failing('c'));
    await until('the failure', () => first.calls.length >= 2);
    await first.mapping.close();
    open = [];
    const second = await start(() => ({ batchItemFailures: [] }));
    await send('d');
    await until('the rest', () => second.calls.flat().includes('d'));
    expect(second.calls.flat()).toEqual(['c', 'd']);
  });

  test('several shards are read side by side', async () => {
    streamName = `wide-${streams}`;
    await kinesis.createStreams({ [streamName]: 3 });
    const stream = connectKinesisEventStream({ ...kinesis, streamName, requestTimeoutMs: 5_000 });
    await stream.put(
      Array.from({ length: 60 }, (_, i) => ({ data: Buffer.from(`${i}`), partitionKey: `k${i}` })),
    );
    await stream.close();
    const { calls, mapping } = await start(() => null);
    await until('all records', () => calls.flat().length === 60);
    expect(new Set(calls.flat()).size).toBe(60);
    await until('the end of the stream', () => mapping.caughtUp);
  });

  describe('when its stream is resharded', () => {
    let client: KinesisClient;
    beforeAll(() => {
      client = kinesisClient(kinesis);
    });
    afterAll(() => client?.destroy());

    const shards = async () => {
      const { Shards } = await client.send(new ListShardsCommand({ StreamName: streamName }));
      return Shards!.map((shard) => ({
        id: shard.ShardId!,
        isClosed: shard.SequenceNumberRange!.EndingSequenceNumber !== undefined,
      }));
    };
    async function split(): Promise<void> {
      const before = await shards();
      await client.send(
        new SplitShardCommand({
          StreamName: streamName,
          ShardToSplit: before.at(-1)!.id,
          NewStartingHashKey: (2n ** 127n).toString(),
        }),
      );
      await until('the split', async () => (await shards()).length === before.length + 2);
    }
    /** By explicit hash keys, so that both halves get some. */
    async function sendBoth(...texts: string[]): Promise<void> {
      for (const [index, text] of texts.entries()) {
        const ExplicitHashKey = index % 2 === 0 ? '0' : (2n ** 128n - 1n).toString();
        const Data = Buffer.from(text);
        await client.send(
          new PutRecordCommand({ StreamName: streamName, PartitionKey: 'k', ExplicitHashKey, Data }),
        );
      }
    }

    test('the new shards are read, and it is not caught up before', async () => {
      await sendBoth('a', 'b');
      const { calls, mapping } = await start(() => null);
      await until('the end of the stream', () => calls.flat().length === 2 && mapping.caughtUp);
      await split();
      await sendBoth('c', 'd', 'e', 'f');
      mapping.lookAgain();
      await until('the end of the stream', () => mapping.caughtUp);
      expect(calls.flat().toSorted()).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
      expect((await shards()).map(({ isClosed }) => isClosed)).toEqual([true, false, false]);
    });

    test('a shard is read after its parent, also where both were there at the start', async () => {
      await sendBoth('a', 'b');
      await split();
      await sendBoth('c', 'd');
      let refuses = true;
      const first = await start((...call) => (refuses ? failing('b')(...call) : null));
      await until('some failures', () => first.calls.length > 3);
      expect(first.calls.flat()).not.toContain('c');
      await first.mapping.close();
      open = [];
      refuses = false;
      const second = await start(() => null);
      await until('the end of the stream', () => second.mapping.caughtUp);
      expect(second.calls[0]).toEqual(['b']);
      expect(second.calls.flat().toSorted()).toEqual(['b', 'c', 'd']);
    });

    test('a list of shards that comes in pages is read to its end', async () => {
      await split();
      const { Shards } = await client.send(new ListShardsCommand({ StreamName: streamName }));
      const pages = await startAwsProxy(kinesis.endpoint, (operation, { NextToken }) => {
        if (operation !== 'ListShards') return null;
        const passInstead = { StreamName: streamName };
        return NextToken === 'more'
          ? { passInstead, merge: { Shards: Shards!.slice(1) } }
          : { passInstead, merge: { Shards: Shards!.slice(0, 1), NextToken: 'more' } };
      });
      const reader = connectShardReader({ ...kinesis, endpoint: pages.endpoint, streamName });
      const ids = (await reader.shards()).map(({ shardId }) => shardId);
      await reader.close();
      await pages.close();
      expect(ids).toEqual(Shards!.map(({ ShardId }) => ShardId));
    });
  });
});
