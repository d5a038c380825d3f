import type { Logger } from '@trackline/adapters/log/log';
import type { Clock } from '@trackline/domain/clock';
import type { FastifyInstance } from 'fastify';
import type { Limits } from '../limits.ts';
import { buildAdminServer } from '../watching/admin.ts';
import { Asking } from './asking.ts';
import { ClusterReports } from './cluster-reports.ts';
import { NodeForks } from './forks.node.ts';
import { MergedMetrics } from './merged-metrics.ts';
import { MergedVerdicts } from './merged-verdicts.ts';
import type { FromWorker } from './messages.ts';
import { buildPrimaryMetrics } from './primary-metrics.ts';
import { Supervisor } from './supervisor.ts';
import { ClusterLog } from './telemetry.ts';

export interface ClusterOptions {
  readonly workers: number;
  readonly clock: Clock;
  readonly log: Logger;
  readonly limits: Limits;
  /** How long a worker may take to end. */
  readonly endMsMax: number;
  /** What the worker of a place finds in its environment, beside the primary's own. */
  environmentOf(place: number): Readonly<Record<string, string>>;
}

export interface Cluster {
  readonly supervisor: Supervisor;
  readonly telemetry: ClusterLog;
  /** Not yet listening. */
  readonly adminServer: FastifyInstance;
  /** The public URL; '' before a worker listens. */
  url(): string;
}

/** Puts a cluster together: workers, who supervises them, and one admin port for all. It starts once told to. */
export function buildCluster(options: ClusterOptions): Cluster {
  const { workers, clock, log, limits } = options;
  let url = '';
  const { registry, ends } = buildPrimaryMetrics(() => supervisor.listeners().length);
  const telemetry = new ClusterLog(log, ends);
  const metrics = new MergedMetrics();
  const forks = new NodeForks({
    clock,
    environmentOf: options.environmentOf,
    onMessage: hear,
    onEnded(id, end) {
      asking.gone(id);
      metrics.depart(id);
      verdicts.gone(id);
      supervisor.workerEnded(id, end);
    },
  });
  const supervisor = new Supervisor({
    workers,
    forks,
    clock,
    limits,
    endMsMax: options.endMsMax,
    telemetry,
  });
  const asking = new Asking({
    clock,
    answerMs: limits.workerAnswerMs,
    send: (id, question) => forks.send(id, question),
  });
  const verdicts = new MergedVerdicts({
    clock,
    limits,
    async ask(after) {
      const asked = supervisor.listeners().map(async ({ id, name: { worker } }) => {
        const report = await asking.ask(id, 'verdicts', after(id));
        return report === null ? [] : [{ id, worker, ...report }];
      });
      return (await Promise.all(asked)).flat();
    },
  });
  const adminServer = buildAdminServer({
    clock,
    limits,
    reports: new ClusterReports({ workers, supervisor, asking, metrics, verdicts, registry }),
    async buildOpenApi() {
      const { buildOpenApi } = await import('../http/openapi.ts');
      return buildOpenApi(() => url);
    },
  });
  return { supervisor, telemetry, adminServer, url: () => url };

  function hear(id: number, message: FromWorker): void {
    switch (message.kind) {
      case 'listening':
        url = message.url;
        supervisor.workerListens(id);
        break;
      case 'ready':
        supervisor.workerReady(id);
        break;
      case 'last-counts':
        metrics.note(id, message.metrics);
        break;
      case 'answer':
        if (message.topic === 'metrics') metrics.note(id, message.answer);
        asking.answered(id, message);
    }
  }
}
