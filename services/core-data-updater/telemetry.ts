import type { Rebuilt } from '@trackline/adapters/program-store/rebuild';
import type { Reason } from '@trackline/domain/verdict';
import type { Logger } from 'pino';

/** What happens to updates, as named events: log lines of JSON, once for each batch and for each update that needs a person. */
export interface UpdaterTelemetry {
  batchUpdated(figures: BatchFigures): void;
  deadLettered(event: { readonly reason: Reason; readonly detail: string }): void;
  /** Two business systems gave one version to different contents, or the store holds what the table does not. The first content stays. */
  versionConflict(event: {
    readonly in: 'table' | 'store';
    readonly programId: string;
    readonly version: number;
  }): void;
  /** The table or the store did not take an update; its record comes again. */
  updateFailed(event: { readonly sequenceNumber: string; readonly err: unknown }): void;
  /** The invocation could not begin: its whole batch comes again. */
  invocationFailed(event: { readonly err: unknown }): void;
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
    invocationFailed: (event) => log.error({ event: 'invocation_failed', ...event }),
    storeRebuilt(event) {
      if (event.rebuilt) log.warn({ event: 'program_store_rebuilt', ...event });
    },
  };
}
