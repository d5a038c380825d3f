import { describe, expect, test } from 'vitest';
import { allDone, comeAgain, context, kinesisEvent } from '../../test/helpers/kinesis-records.ts';
import { ConfigError } from '../environment/environment.ts';
import { type InvocationFailure, type StreamLambdaOptions, streamLambda } from './stream-lambda.ts';

const batch = kinesisEvent(Buffer.from('a'), Buffer.from('b'));
const [first, second] = batch.Records;

function lambda(options: Partial<StreamLambdaOptions<string>>) {
  const failures: { failure: InvocationFailure; parts: string | null }[] = [];
  const closed: string[] = [];
  let connected = 0;
  const built = streamLambda<string>({
    connect: () => `parts ${++connected}`,
    take: async () => [],
    onFailed: (failure, parts) => failures.push({ failure, parts }),
    close: async (parts) => {
      closed.push(parts);
    },
    ...options,
  });
  return { ...built, failures, closed };
}

describe('streamLambda', () => {
  test('hands over records, the time that is left and the parts, which are built once', async () => {
    const seen: unknown[] = [];
    const { handler, close, closed } = lambda({
      take: async (parts, records, remainingMs) => {
        seen.push([parts, records.map(({ whole }) => Buffer.from(whole.bytes).toString()), remainingMs > 0]);
        return [second!.kinesis.sequenceNumber];
      },
    });
    expect(await handler(batch, context())).toEqual(comeAgain(second!));
    await handler(batch, context());
    expect(seen).toEqual(Array(2).fill(['parts 1', ['a', 'b'], true]));
    await close();
    await close();
    expect(closed).toEqual(['parts 1']);
  });

  test('all comes again where it can’t be configured, and why is told; then it is tried anew', async () => {
    let attempts = 0;
    const { handler, failures } = lambda({
      connect: () => {
        if (++attempts === 1) throw new ConfigError(['AWS_REGION is missing']);
        return 'parts';
      },
    });
    expect(await handler(batch, context())).toEqual(comeAgain(first!, second!));
    expect(failures).toMatchObject([
      { failure: { type: 'ConfigError', problems: ['AWS_REGION is missing'] }, parts: null },
    ]);
    expect(await handler(batch, context())).toEqual(allDone);
  });

  test('what it throws is told as a place, and nothing of what it says', async () => {
    const secret = 'visitor 192.0.2.7';
    const { handler, failures } = lambda({
      take: async () => {
        throw Object.assign(new RangeError(secret), { code: 'ERR_SOMETHING', event: { ip: secret } });
      },
    });
    expect(await handler(batch, context())).toEqual(comeAgain(first!, second!));
    expect(failures).toMatchObject([
      { failure: { type: 'RangeError', code: 'ERR_SOMETHING' }, parts: 'parts 1' },
    ]);
    expect(failures[0]!.failure.at[0]).toContain('stream-lambda.test.ts');
    expect(JSON.stringify(failures)).not.toContain(secret);
  });
});
