import type { AdminReason } from '@trackline/domain/verdict';
import type { VerdictSource } from './verdict-stream.ts';

/**
 * What an admin port tells and does, whoever stands behind it: one tracker, or all workers of a cluster. Each
 * member is one route of admin.ts, and answers in bounded time.
 */
export interface AdminReports {
  /** Of `/metrics`, in the text format of Prometheus. */
  readonly metricsType: string;
  metrics(): Promise<string>;
  readiness(): Promise<Readiness>;
  /** Of `/ledger`, as JSON. */
  ledger(): Promise<object>;
  readonly verdicts: VerdictSource;
  /** Resolves with null when every program is forgotten, else with the reason why some may not be. */
  forgetPrograms(): Promise<AdminReason | null>;
}

/** Whether calls should be sent here, and if not, why. */
export interface Readiness {
  readonly ready: boolean;
  readonly reasons: readonly NotReadyReason[];
}

export type NotReadyReason = Exclude<AdminReason, 'host_unknown'>;
