import type { Reason } from '@trackline/domain/verdict';
import type { Logger } from 'pino';

/** What happens to a batch, as named events: log lines of JSON, once for each batch. */
export interface ConsumerTelemetry {
  batchConsumed(event: BatchFigures): void;
  deadLettered(event: { readonly count: number; readonly reason: Reason }): void;
  /** A table did not take something; the records it belongs to come again. */
  writeFailed(event: { readonly what: 'events' | 'ledger' | 'dead_letter'; readonly err: unknown }): void;
}

export interface BatchFigures {
  readonly records: number;
  readonly events: number;
  readonly stored: number;
  readonly duplicates: number;
  readonly statements: number;
  readonly failedRecords: number;
  readonly milliseconds: number;
}

export function buildTelemetry(log: Logger): ConsumerTelemetry {
  return {
    batchConsumed(figures) {
      log[figures.failedRecords > 0 ? 'warn' : 'info']({ event: 'batch_consumed', ...figures });
    },
    deadLettered: (event) => log.error({ event: 'dead_lettered', ...event }),
    writeFailed: (event) => log.error({ event: 'write_failed', ...event }),
  };
}
