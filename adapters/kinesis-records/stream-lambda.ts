import { type ErrorPlace, placeOf } from '@trackline/domain/error-place';
import type { Context, KinesisStreamBatchResponse, KinesisStreamEvent } from 'aws-lambda';
import { ConfigError } from '../environment/environment.ts';
import { comeAgain, type SourceRecord, sourceRecords } from './kinesis-records.ts';

/**
 * What may be logged of an invocation that failed whole: where, and as what. Messages are left out, since they may
 * repeat what an event holds; those of a configuration repeat no value, and are all that there is to see.
 */
export interface InvocationFailure extends ErrorPlace {
  readonly problems?: readonly string[];
}

export interface StreamLambda<P> {
  /** Never rejects: what could not be done is named in its answer, and comes again. */
  handler(
    event: KinesisStreamEvent,
    context: Pick<Context, 'getRemainingTimeInMillis'>,
  ): Promise<KinesisStreamBatchResponse>;
  /** What it works with. Throws what `connect` throws. */
  parts(): P;
  close(): Promise<void>;
}

export interface StreamLambdaOptions<P> {
  /** Called by the first invocation; where it throws, by the next one again. What it gives serves all that follow. */
  connect(): P;
  /** @returns the sequence numbers of the records that must come again, in order */
  take(parts: P, records: readonly SourceRecord[], remainingMs: number): Promise<readonly string[]>;
  /** The invocation could not begin, or failed as it should not: its whole batch comes again. */
  onFailed(failure: InvocationFailure, parts: P | null): void;
  close(parts: P): Promise<void>;
}

/** A Lambda behind a stream, as both of ours are. */
export function streamLambda<P>(options: StreamLambdaOptions<P>): StreamLambda<P> {
  let open: P | null = null;

  function parts(): P {
    open ??= options.connect();
    return open;
  }

  return {
    parts,
    async handler(event, context) {
      const remainingMs = context.getRemainingTimeInMillis();
      try {
        return comeAgain(await options.take(parts(), sourceRecords(event), remainingMs));
      } catch (error) {
        options.onFailed(failureOf(error), open);
        return comeAgain(event.Records.map(({ kinesis }) => kinesis.sequenceNumber));
      }
    },
    async close() {
      const closing = open;
      open = null;
      if (closing !== null) await options.close(closing);
    },
  };
}

function failureOf(error: unknown): InvocationFailure {
  const place = placeOf(error);
  return error instanceof ConfigError ? { ...place, problems: error.problems } : place;
}
