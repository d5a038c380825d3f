import { connectKinesisEventStream } from '@trackline/adapters/event-stream/event-stream.kinesis';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { connectShardReader } from '../../services/local/event-source-mapping/shard-reader.kinesis.ts';
import { startTestKinesis } from '../helpers/kinesis.ts';
import { KinesisProxy, type KinesisProxyOptions } from '../helpers/kinesis-proxy.ts';
import { seededRandom } from '../helpers/seeded-random.ts';
import { shardRate } from '../helpers/shard-rates.ts';

const highestKey = (2n ** 128n - 1n).toString();

/** What the fault programs rely on: the proxy says of each record what is true of it. */
describe('the proxy before Kinesis', () => {
  let kinesis: Awaited<ReturnType<typeof startTestKinesis>>;
  let streams = 0;
  beforeAll(async () => {
    kinesis = await startTestKinesis({});
  });
  afterAll(() => kinesis?.stop());

  async function behind(options: Partial<KinesisProxyOptions> = {}) {
    const streamName = `events-${++streams}`;
    await kinesis.createStreams({ [streamName]: 2 });
    const proxy = await KinesisProxy.open(kinesis.endpoint, {
      random: seededRandom(1),
      shards: 2,
      ...options,
    });
    const stream = connectKinesisEventStream({
      region: kinesis.region,
      endpoint: proxy.url,
      streamName,
      requestTimeoutMs: 5_000,
    });
    onTestFinished(async () => {
      await stream.close();
      await proxy.close();
    });
    return {
      proxy,
      stream,
      async onStream() {
        const reader = connectShardReader({ ...kinesis, streamName });
        const reads = await Promise.all(
          (await reader.shards()).map(({ shardId }) => reader.read(shardId, null, 1_000)),
        );
        await reader.close();
        return reads
          .flatMap(({ records }) => records.map(({ kinesis: { partitionKey } }) => partitionKey))
          .sort();
      },
    };
  }

  const records = (count: number, bytes = 10, explicitHashKey?: string) =>
    Array.from({ length: count }, (_, i) => ({
      data: Buffer.alloc(bytes),
      partitionKey: `r${i}`,
      ...(explicitHashKey !== undefined && { explicitHashKey }),
    }));

  test('fails a share of the records, and the stream has the others', async () => {
    const { proxy, stream, onStream } = await behind();
    proxy.treat = () => ({ failing: 0.3 });
    const outcomes = await stream.put(records(100));
    const taken = outcomes.flatMap(({ ok }, i) => (ok ? `r${i}` : []));
    expect(taken.length).toBeGreaterThan(50);
    expect(taken.length).toBeLessThan(90);
    expect(await onStream()).toEqual(taken.sort());
    expect(outcomes.find(({ ok }) => !ok)).toMatchObject({ code: 'InternalFailure', throttled: false });
    expect(proxy.records).toMatchObject({ tried: 100, taken: taken.length, failed: 100 - taken.length });
  });

  test.each([
    ['the lower half of the keys', '0'],
    ['the upper half', highestKey],
  ])('throttles a shard by bytes, keys included, and not the other: %s', async (_, key) => {
    // A rate that does not grow while the test looks at it.
    const rate = { ...shardRate, bytesPerSecond: 1_000 };
    const { stream, onStream } = await behind({ rate });
    const other = key === '0' ? highestKey : '0';
    const outcomes = await stream.put([...records(10, 238, key), ...records(2, 400, other)]);
    expect(outcomes.map(({ ok }) => ok)).toEqual([
      ...Array.from({ length: 10 }, (_, i) => i < 4),
      ...[true, true],
    ]);
    expect(outcomes[9]).toMatchObject({ code: 'ProvisionedThroughputExceededException', throttled: true });
    expect(await onStream()).toHaveLength(6);
  });

  test('throttles a shard by records', async () => {
    const { stream } = await behind({ rate: { ...shardRate, recordsPerSecond: 5 } });
    const outcomes = await stream.put(records(20, 1, '0'));
    expect(outcomes.map(({ ok }) => ok).slice(0, 5)).toEqual([true, true, true, true, true]);
    expect(outcomes.at(-1)).toMatchObject({ ok: false, throttled: true });
  });

  test('closes a shard', async () => {
    const { proxy, stream } = await behind();
    proxy.treat = () => ({ throttledShard: 1 });
    const [low, high] = await stream.put([...records(1, 1, '0'), ...records(1, 1, highestKey)]);
    expect([low!.ok, high!.ok]).toEqual([true, false]);
  });

  test('loses a reply, and the stream has the records', async () => {
    const { proxy, stream, onStream } = await behind();
    proxy.treat = () => 'dropReply';
    expect(await stream.put(records(2))).toMatchObject([
      { ok: false, retriable: true },
      { ok: false, retriable: true },
    ]);
    expect(await onStream()).toEqual(['r0', 'r1']);
  });

  test('refuses with an error, refuses connections, and is back', async () => {
    const { proxy, stream, onStream } = await behind();
    proxy.treat = () => ({ error: 'AccessDeniedException' });
    expect(await stream.put(records(1))).toMatchObject([{ code: 'AccessDeniedException', retriable: false }]);
    await proxy.shut();
    expect(await stream.put(records(1))).toMatchObject([{ ok: false, retriable: true }]);
    expect(await onStream()).toEqual([]);
    proxy.treat = () => 'forward';
    await proxy.reopen();
    expect(await stream.put(records(1))).toMatchObject([{ ok: true }]);
  });
});
