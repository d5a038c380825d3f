import { Counter, Gauge, Registry } from 'prom-client';
import { observeLoop } from '../watching/metrics.ts';

/** The metrics of a cluster that are its primary's: how many workers listen, and how they ended. */
export function buildPrimaryMetrics(listening: () => number) {
  const registry = new Registry();
  const registers = [registry];
  new Gauge({
    name: 'trackline_workers',
    help: 'Workers that listen',
    registers,
    collect() {
      this.set(listening());
    },
  });
  const ends = new Counter({
    name: 'trackline_worker_ends_total',
    help: 'Workers that ended, by why',
    labelNames: ['cause'],
    registers,
  });
  observeLoop(registry);
  return { registry, ends };
}
