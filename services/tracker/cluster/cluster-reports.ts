import type { AdminReason } from '@trackline/domain/verdict';
import { Registry } from 'prom-client';
import type { AdminReports, Readiness } from '../watching/reports.ts';
import type { Asking } from './asking.ts';
import type { MergedMetrics } from './merged-metrics.ts';
import type { MergedVerdicts } from './merged-verdicts.ts';
import type { Answers, Topic } from './messages.ts';
import type { WorkerName } from './telemetry.ts';

export interface ClusterReportsParts {
  readonly workers: number;
  readonly supervisor: {
    readonly isEnding: boolean;
    listeners(): readonly { readonly id: number; readonly name: WorkerName }[];
  };
  readonly asking: Pick<Asking, 'ask'>;
  readonly metrics: MergedMetrics;
  readonly verdicts: MergedVerdicts;
  /** The primary's own metrics. */
  readonly registry: Registry;
}

/** Whether a cluster takes calls, and how each of its workers stands. */
export interface ClusterReadiness extends Readiness {
  /** It takes calls, and not all of its workers are ready. */
  readonly degraded: boolean;
  readonly workers: readonly (WorkerName & Readiness)[];
}

/** What the workers of a cluster tell, put together. Who does not answer in time is named, and not waited for. */
export class ClusterReports implements AdminReports {
  readonly #parts: ClusterReportsParts;
  readonly metricsType = Registry.PROMETHEUS_CONTENT_TYPE;

  constructor(parts: ClusterReportsParts) {
    this.#parts = parts;
  }

  get verdicts(): MergedVerdicts {
    return this.#parts.verdicts;
  }

  async metrics(): Promise<string> {
    const { metrics, registry } = this.#parts;
    const answers = await this.#askAll('metrics');
    const told = answers.flatMap(({ answer }) => (answer === null ? [] : [answer]));
    const silent = answers.filter(({ answer }) => answer === null).map(({ id }) => id);
    return metrics.text([await registry.getMetricsAsJSON(), ...told], silent);
  }

  /**
   * Ready while at least one worker is: others would not fare better for a load balancer that takes all of
   * them away. So one place that is being renewed, or one worker whose disk is full, costs its own share of
   * the calls at most.
   */
  async readiness(): Promise<ClusterReadiness> {
    const { supervisor, workers: wanted } = this.#parts;
    const workers = (await this.#askAll('readiness')).map(({ name, answer }) => ({
      ...name,
      ...(answer ?? ({ ready: false, reasons: ['worker_silent'] } as const)),
    }));
    const readyCount = workers.filter(({ ready }) => ready).length;
    const ready = readyCount > 0 && !supervisor.isEnding;
    const all = workers.length === 0 ? (['no_worker'] as const) : workers.flatMap(({ reasons }) => reasons);
    const reasons = supervisor.isEnding ? (['draining'] as const) : [...new Set(all)];
    return { ready, reasons: ready ? [] : reasons, degraded: ready && readyCount < wanted, workers };
  }

  async ledger(): Promise<object> {
    const answers = await this.#askAll('ledger');
    return {
      workers: answers.map(({ name, answer }) => ({ ...name, answered: answer !== null, ...answer })),
    };
  }

  async forgetPrograms(): Promise<AdminReason | null> {
    const answers = await this.#askAll('forget');
    return answers.every(({ answer }) => answer !== null) ? null : 'worker_silent';
  }

  #askAll<T extends Topic>(topic: T) {
    const { supervisor, asking } = this.#parts;
    return Promise.all(
      supervisor.listeners().map(async ({ id, name }) => {
        const answer: Answers[T] | null = await asking.ask(id, topic);
        return { id, name, answer };
      }),
    );
  }
}
