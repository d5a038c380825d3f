import { connectKinesisEventStream } from '@trackline/adapters/event-stream/event-stream.kinesis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectShardReader } from '../../services/local/event-source-mapping/shard-reader.kinesis.ts';
import { type Interference, startAwsProxy } from '../helpers/aws-proxy.ts';
import { startTestKinesis } from '../helpers/kinesis.ts';

describe('the event stream on Kinesis', () => {
  let kinesis: Awaited<ReturnType<typeof startTestKinesis>>;
  beforeAll(async () => {
    kinesis = await startTestKinesis({ events: 2 });
  });
  afterAll(() => kinesis?.stop());

  const connect = (options: { endpoint?: string; streamName?: string; requestTimeoutMs?: number } = {}) =>
    connectKinesisEventStream({
      streamName: 'events',
      region: kinesis.region,
      endpoint: kinesis.endpoint,
      requestTimeoutMs: 2_000,
      ...options,
    });
  const record = (text: string, explicitHashKey?: string) => ({
    data: Buffer.from(text),
    partitionKey: 'w1',
    ...(explicitHashKey !== undefined && { explicitHashKey }),
  });
  async function through(interference: Interference) {
    const proxy = await startAwsProxy(kinesis.endpoint, interference);
    const stream = connect({ endpoint: proxy.endpoint, requestTimeoutMs: 300 });
    return {
      stream,
      async close() {
        await stream.close();
        await proxy.close();
      },
    };
  }

  test('puts records where their hash keys say, one outcome for each, in order', async () => {
    const stream = connect();
    const highest = (2n ** 128n - 1n).toString();
    const outcomes = await stream.put([record('low', '0'), record('high', highest), record('by key')]);
    expect(outcomes.map((outcome) => outcome.ok)).toEqual([true, true, true]);
    const shards = outcomes.map((outcome) => (outcome.ok ? outcome.shardId : ''));
    expect(shards.slice(0, 2)).toEqual(['shardId-000000000000', 'shardId-000000000001']);
    await stream.close();

    const reader = connectShardReader({ ...kinesis, streamName: 'events' });
    const { records } = await reader.read(shards[0]!, null, 10);
    expect(records.map(({ kinesis: { data } }) => Buffer.from(data, 'base64').toString())).toContain('low');
    await reader.close();
  });

  test('takes 500 records and 5 MiB in a call', async () => {
    const stream = connect({ requestTimeoutMs: 10_000 });
    const small = await stream.put(Array.from({ length: 500 }, (_, i) => record(`r${i}`)));
    expect(small.every((outcome) => outcome.ok)).toBe(true);
    const large = await stream.put(Array.from({ length: 40 }, () => record('x'.repeat(128 * 1024))));
    expect(large.every((outcome) => outcome.ok)).toBe(true);
    await stream.close();
  });

  test('partial failure: each record has its own outcome', async () => {
    const { stream, close } = await through((_, body) => {
      const records = body.Records as unknown[];
      return {
        status: 200,
        body: {
          FailedRecordCount: 2,
          Records: records.map((_record, index) =>
            index === 0
              ? { SequenceNumber: '1', ShardId: 'shardId-000000000000' }
              : {
                  ErrorCode: index === 1 ? 'ProvisionedThroughputExceededException' : 'InternalFailure',
                  ErrorMessage: 'no',
                },
          ),
        },
      };
    });
    expect(await stream.put([record('a'), record('b'), record('c')])).toEqual([
      { ok: true, shardId: 'shardId-000000000000', sequenceNumber: '1' },
      { ok: false, code: 'ProvisionedThroughputExceededException', throttled: true, retriable: true },
      { ok: false, code: 'InternalFailure', throttled: false, retriable: true },
    ]);
    await close();
  });

  const refusal = (name: string, status = 400) => ({ status, body: { __type: name, message: 'no' } });
  test.each([
    ['throttled whole', refusal('ProvisionedThroughputExceededException'), true, true],
    ['a failure inside', refusal('InternalFailure', 500), false, true],
    ['access denied', refusal('AccessDeniedException'), false, false],
    ['key disabled', refusal('KMSDisabledException'), false, false],
    ['no such stream', refusal('ResourceNotFoundException'), false, false],
    ['a signature that is wrong', refusal('InvalidSignatureException'), false, false],
    ['no answer', 'hang' as const, false, true],
  ])('a call that fails whole, %s, fails each of its records', async (_, answer, throttled, retriable) => {
    const { stream, close } = await through(() => answer);
    const fromMs = performance.now();
    const outcomes = await stream.put([record('a'), record('b')]);
    expect(outcomes).toMatchObject([
      { ok: false, throttled, retriable },
      { ok: false, throttled, retriable },
    ]);
    // The time-out is 300 ms; the SDK must not try again by itself.
    expect(performance.now() - fromMs).toBeLessThan(10_000);
    await close();
  });

  test('closing lets calls under way finish', async () => {
    let closed = Promise.resolve();
    let isClosed = false;
    const { stream, close } = await through(() => {
      // The call has been made in full, and is not answered yet.
      closed = stream.close().then(() => {
        isClosed = true;
      });
      return null;
    });
    const outcomes = stream.put([record('a'), record('b')]).then((each) => {
      expect(isClosed).toBe(false);
      return each;
    });
    expect(await outcomes).toMatchObject([{ ok: true }, { ok: true }]);
    await closed;
    await close();
  });

  test('closing waits for a call that is never answered no longer than its time-out', async () => {
    const { stream, close } = await through(() => 'hang');
    const ended: string[] = [];
    const put = stream.put([record('a')]).then(() => ended.push('put'));
    await Promise.all([put, stream.close().then(() => ended.push('close'))]);
    expect(ended).toEqual(['put', 'close']);
    await close();
  });

  test('a stream that nobody listens at: failed, to be tried again', async () => {
    const stream = connect({ endpoint: 'http://127.0.0.1:9' });
    expect(await stream.put([record('a')])).toMatchObject([{ ok: false, throttled: false, retriable: true }]);
    await stream.close();
  });

  test('a stream that is not there needs a person', async () => {
    const stream = connect({ streamName: 'nowhere' });
    expect(await stream.put([record('a')])).toMatchObject([{ ok: false, retriable: false }]);
    await stream.close();
  });
});
