import type { InvocationFailure } from '@trackline/adapters/kinesis-records/stream-lambda';
import type { Logger } from '@trackline/adapters/log/log';
import type { Rebuilt } from '@trackline/adapters/program-store/rebuild';
import type { Reason } from '@trackline/domain/verdict';

/**
 * What happens to updates, as named events: log lines of JSON, once for each batch and for each update that
 * needs a person.
 */
export interface UpdaterTelemetry {
  batchUpdated(figures: BatchFigures): void;
  deadLettered(event: { readonly reason: Reason; readonly detail: string }): void;
  /**
   * Two business systems gave one version to different contents, or the store holds what the table does not.
   * The first content stays.
   */
  versionConflict(event: {
    readonly in: 'table' | 'store';
    readonly programId: string;
    readonly version: number;
  }): void;
  /** The table or the store did not take an update; its record comes again. */
  updateFailed(event: { readonly sequenceNumber: string; readonly err: unknown }): void;
  /** The invocation could not begin, or failed as it should not: its whole batch comes again. */
  invocationFailed(failure: InvocationFailure): void;
  /**
   * The store was built, or emptied while it was; what it held that the table does not know makes it an
   * alarm. A store that was left alone is no news.
   */
  storeRebuilt(event: Rebuilt): void;
}

export type UpdateFigure = 'updates' | 'applied' | 'older' | 'same' | 'conflicts' | 'deadLettered';

export type BatchFigures = Readonly<
  Record<UpdateFigure | 'records' | 'failedRecords' | 'milliseconds', number>
>;

export function buildTelemetry(log: Logger): UpdaterTelemetry {
  return {
    batchUpdated(figures) {
      log[figures.failedRecords > 0 ? 'warn' : 'info']({ event: 'batch_updated', ...figures });
    },
    deadLettered: (event) => log.error({ event: 'dead_lettered', ...event }),
    versionConflict: (event) => log.error({ event: 'version_conflict', ...event }),
    updateFailed: (event) => log.error({ event: 'update_failed', ...event }),
    invocationFailed: (failure) => log.error({ event: 'invocation_failed', ...failure }),
    storeRebuilt(event) {
      if (!event.rebuilt && !event.emptied) return;
      // A store that disagrees with the table, which is the truth, is for a person.
      const level = event.conflicts + event.older > 0 ? 'error' : 'warn';
      log[level]({ event: event.rebuilt ? 'program_store_rebuilt' : 'program_store_emptied', ...event });
    },
  };
}
