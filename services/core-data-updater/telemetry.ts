import type { Rebuilt } from '@trackline/adapters/program-store/rebuild';
import type { Reason } from '@trackline/domain/verdict';
import type { Logger } from 'pino';

/** What happens to updates, as named events: log lines of JSON. */
export interface UpdaterTelemetry {
  batchUpdated(figures: Readonly<Record<UpdateFigure, number>>): void;
  deadLettered(event: {
    readonly reason: Reason;
    readonly detail: string;
    readonly programId?: string;
  }): void;
  /** The table or the store did not take an update; its record comes again. */
  updateFailed(event: { readonly err: unknown }): void;
  storeRebuilt(event: Rebuilt): void;
}

export type UpdateFigure = 'updates' | 'applied' | 'older' | 'same' | 'deadLettered' | 'failedRecords';

export function buildTelemetry(log: Logger): UpdaterTelemetry {
  return {
    batchUpdated(figures) {
      log[figures.failedRecords > 0 ? 'warn' : 'info']({ event: 'batch_updated', ...figures });
    },
    // A conflict needs a person: two business systems gave one version to different contents.
    deadLettered: (event) => log.error({ event: 'dead_lettered', ...event }),
    updateFailed: (event) => log.error({ event: 'update_failed', ...event }),
    storeRebuilt(event) {
      if (event.rebuilt) log.warn({ event: 'program_store_rebuilt', ...event });
    },
  };
}
