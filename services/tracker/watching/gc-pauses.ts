import {
  constants,
  type NodeGCPerformanceDetail,
  type PerformanceEntry,
  PerformanceObserver,
} from 'node:perf_hooks';
import { Histogram, type Registry } from 'prom-client';

const kinds = new Map([
  [constants.NODE_PERFORMANCE_GC_MINOR, 'minor'],
  [constants.NODE_PERFORMANCE_GC_MAJOR, 'major'],
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL, 'incremental'],
  [constants.NODE_PERFORMANCE_GC_WEAKCB, 'weak_callbacks'],
]);

type Collection = PerformanceEntry & { readonly detail: NodeGCPerformanceDetail };

/** Adds how long the garbage collector holds up the process: to be called once in a process. */
export function observeCollections(registry: Registry): void {
  const pauses = new Histogram({
    name: 'trackline_gc_seconds',
    help: 'How long a garbage collection held up the process, by its kind',
    labelNames: ['kind'],
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1],
    registers: [registry],
  });
  const observer = new PerformanceObserver((list) => {
    for (const { detail, duration } of list.getEntries() as Collection[]) {
      pauses.observe({ kind: kinds.get(detail.kind ?? -1) ?? 'other' }, duration / 1_000);
    }
  });
  observer.observe({ entryTypes: ['gc'] });
}
