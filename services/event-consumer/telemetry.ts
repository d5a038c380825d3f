import type { InvocationFailure } from '@trackline/adapters/kinesis-records/stream-lambda';
import type { Logger } from '@trackline/adapters/log/log';
import type { Reason } from '@trackline/domain/verdict';
import type { FailureSummary } from './failures.ts';

/** What happens to a batch, as named events: log lines of JSON, once for each batch and cause. */
export interface ConsumerTelemetry {
  batchConsumed(figures: BatchFigures): void;
  deadLettered(event: { readonly count: number; readonly reason: Reason }): void;
  /** A table did not take something; the records it belongs to come again. */
  writeFailed(failure: FailureSummary): void;
  /** The invocation could not begin, or failed as it should not: its whole batch comes again. */
  invocationFailed(failure: InvocationFailure): void;
}

export interface BatchFigures {
  readonly records: number;
  /** Distinct ones. */
  readonly events: number;
  /** Events that the batch held again. */
  readonly duplicates: number;
  readonly ordersClaimed: number;
  /** To another status. */
  readonly ordersMoved: number;
  /** Transactions whose order is another's. */
  readonly orderDuplicates: number;
  readonly deadLetters: number;
  readonly statements: number;
  readonly rows: number;
  readonly failedRecords: number;
  readonly milliseconds: number;
}

export function buildTelemetry(log: Logger): ConsumerTelemetry {
  return {
    batchConsumed(figures) {
      log[figures.failedRecords > 0 ? 'warn' : 'info']({ event: 'batch_consumed', ...figures });
    },
    deadLettered: (event) => log.error({ event: 'dead_lettered', ...event }),
    writeFailed: (failure) => log.error({ event: 'write_failed', ...failure }),
    invocationFailed: (failure) => log.error({ event: 'invocation_failed', ...failure }),
  };
}
