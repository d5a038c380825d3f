import { KinesisClient, PutRecordsCommand, type PutRecordsResultEntry } from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { type AwsTarget, clientOptions } from '../aws/client-options.ts';
import type { EventStream, PutOutcome, StreamRecord } from './event-stream.ts';
import { putRecordsBody } from './put-records-body.ts';

export interface KinesisEventStreamOptions extends AwsTarget {
  readonly streamName: string;
  /**
   * A call that takes longer has failed, and each of its records with it: from the credentials to the last byte of
   * the answer.
   */
  readonly requestTimeoutMs: number;
  readonly maxSockets?: number;
}

/** What needs a person: no retry mends it, though the events are kept. */
const hopeless =
  /AccessDenied|UnrecognizedClient|InvalidSignature|InvalidClientTokenId|ResourceNotFound|KMS(AccessDenied|Disabled|InvalidState|NotFound|OptInRequired)|InvalidArgument|Validation|OptInRequired/;

/**
 * Our clock jumped. The client learns the right time from the answer, and signs with that from then on ("Troubleshoot
 * Signature Version 4 signing", AWS Identity and Access Management User Guide).
 */
const clockIsOff = /Signature (expired|not yet current)/;

const throttling = /ProvisionedThroughputExceeded|LimitExceeded|Throttl/;

/**
 * Records onto a Kinesis stream, by PutRecords ("PutRecords", Amazon Kinesis Data Streams API Reference). The
 * SDK's own retries are off: they would send a whole call again, where only the failed records should go.
 */
export function connectKinesisEventStream(options: KinesisEventStreamOptions): EventStream {
  const client = new KinesisClient({
    ...clientOptions(options),
    maxAttempts: 1,
    requestHandler: new NodeHttpHandler({
      connectionTimeout: Math.min(1000, options.requestTimeoutMs),
      requestTimeout: options.requestTimeoutMs,
      throwOnRequestTimeout: true,
      httpAgent: { keepAlive: true, maxSockets: options.maxSockets ?? 16 },
      httpsAgent: { keepAlive: true, maxSockets: options.maxSockets ?? 16 },
    }),
  });
  const underWay = new Set<Promise<unknown>>();
  /** Buffers of calls that have ended, as many as were ever under way at once. */
  const spares: Buffer[] = [];
  return {
    async put(records) {
      const call = putRecords(records);
      underWay.add(call);
      const outcomes = await call;
      underWay.delete(call);
      return outcomes;
    },
    async close() {
      // The client would cut them off, and nobody could tell whether the stream has their records.
      await Promise.all(underWay);
      client.destroy();
    },
  };

  async function putRecords(records: readonly StreamRecord[]): Promise<readonly PutOutcome[]> {
    const command = new PutRecordsCommand({ StreamName: options.streamName, Records: [] });
    const body = putRecordsBody(options.streamName, records, spares.pop());
    // In place of what the SDK has written for no records, before it is measured and signed.
    command.middlewareStack.add(
      (next) => (args) => {
        (args.request as { body: Buffer }).body = body;
        return next(args);
      },
      { name: 'putRecordsBody', step: 'build', priority: 'high' },
    );
    const timeOut = AbortSignal.timeout(options.requestTimeoutMs);
    try {
      const { Records = [] } = await Promise.race([
        client.send(command, { abortSignal: timeOut }),
        rejection(timeOut),
      ]);
      // All of it was read: after any other end, it may still be on its way.
      spares.push(Buffer.from(body.buffer));
      return records.map((_, index) => outcome(Records[index]));
    } catch (error) {
      const failure = timeOut.aborted ? failed('TimeoutError') : failureOf(error);
      return records.map(() => failure);
    }
  }
}

function outcome(result: PutRecordsResultEntry | undefined): PutOutcome {
  if (result?.SequenceNumber && result.ShardId) {
    return { ok: true, shardId: result.ShardId, sequenceNumber: result.SequenceNumber };
  }
  return failed(result?.ErrorCode ?? 'NoOutcome');
}

/** Rejects when the signal comes: the client heeds it only while it waits for an answer to begin. */
function rejection(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

function failureOf(error: unknown): PutOutcome {
  const code = codeOf(error);
  const hasWrongTime = clockIsOff.test((error as { message?: string }).message ?? '');
  return hasWrongTime ? { ok: false, code, throttled: false, retriable: true } : failed(code);
}

/**
 * The service's name for the error; for one below it, such as ECONNREFUSED, the system's, which tells more
 * than `Error`.
 */
function codeOf(error: unknown): string {
  const { name, code } = error as { name?: string; code?: unknown };
  return typeof code === 'string' && (name === undefined || name === 'Error') ? code : (name ?? 'Unknown');
}

function failed(code: string): PutOutcome {
  return { ok: false, code, throttled: throttling.test(code), retriable: !hopeless.test(code) };
}
