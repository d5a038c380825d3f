import type { Logger } from '@trackline/adapters/log/log';
import type { Counter } from 'prom-client';

/** A worker, as a person may want to find it: its place in the cluster, from 1, and its process. */
export interface WorkerName {
  readonly worker: number;
  readonly pid: number | undefined;
}

/** How a process ended. */
export interface WorkerEnd {
  readonly code: number | null;
  readonly signal: string | null;
}

export interface ClusterTelemetry {
  workerListens(worker: WorkerName): void;
  /** As it was told to, with its exit code. */
  workerDrained(worker: WorkerName & WorkerEnd): void;
  /** By itself. Another one follows after `restMs`. */
  workerCrashed(worker: WorkerName & WorkerEnd & { readonly restMs: number }): void;
  /** It did not end in time, and was killed. */
  workerOverdue(worker: WorkerName): void;
  restartBegan(): void;
  restartEnded(): void;
  restartFailed(failure: WorkerName & { readonly detail: string }): void;
  /** It is already ending, or does not yet run. */
  restartRefused(): void;
  clusterGaveUp(failure: { readonly detail: string; readonly exitCode: number }): void;
  clusterDrains(fields: { readonly cause: string }): void;
  clusterEnded(fields: { readonly exitCode: number }): void;
}

/** What the primary has to tell, turned into log lines and the one metric that is its own to count. */
export class ClusterLog implements ClusterTelemetry {
  readonly #log: Logger;
  readonly #ends: Counter<'cause'>;

  constructor(log: Logger, ends: Counter<'cause'>) {
    this.#log = log;
    this.#ends = ends;
  }

  listening(fields: { readonly url: string; readonly adminUrl: string; readonly workers: number }): void {
    this.#log.info({ event: 'cluster_listening', ...fields }, 'All workers listen.');
  }

  workerListens(worker: WorkerName): void {
    this.#log.info({ event: 'worker_listens', ...worker }, 'A worker listens.');
  }

  workerDrained(worker: Parameters<ClusterTelemetry['workerDrained']>[0]): void {
    this.#ends.inc({ cause: 'told' });
    const level = worker.code === 0 ? 'info' : 'error';
    this.#log[level]({ event: 'worker_drained', ...worker }, 'A worker has ended, as it was told to.');
  }

  workerCrashed(worker: Parameters<ClusterTelemetry['workerCrashed']>[0]): void {
    this.#ends.inc({ cause: 'crash' });
    this.#log.error({ event: 'worker_crashed', ...worker }, 'A worker has ended by itself; another follows.');
  }

  workerOverdue(worker: WorkerName): void {
    this.#log.error({ event: 'worker_overdue', ...worker }, 'A worker did not end in time, and is killed.');
  }

  restartBegan(): void {
    this.#log.info({ event: 'restart_began' }, 'The workers are restarted, one after the other.');
  }

  restartEnded(): void {
    this.#log.info({ event: 'restart_ended' }, 'Every worker was restarted.');
  }

  restartFailed(failure: Parameters<ClusterTelemetry['restartFailed']>[0]): void {
    const words =
      'A new worker does not come up: the old ones are kept. Mend the cause, and send SIGUSR2 again.';
    this.#log.error({ event: 'restart_failed', ...failure }, words);
  }

  restartRefused(): void {
    this.#log.warn(
      { event: 'restart_refused' },
      'SIGUSR2 restarts nothing while the cluster starts or ends.',
    );
  }

  clusterGaveUp(failure: Parameters<ClusterTelemetry['clusterGaveUp']>[0]): void {
    this.#log.error({ event: 'cluster_gave_up', ...failure }, 'The cluster can’t go on, and ends.');
  }

  clusterDrains(fields: { readonly cause: string }): void {
    this.#log.info({ event: 'cluster_drains', ...fields }, 'All workers drain.');
  }

  clusterEnded(fields: { readonly exitCode: number }): void {
    this.#log.info({ event: 'cluster_ended', ...fields }, 'Every worker has ended.');
  }
}
