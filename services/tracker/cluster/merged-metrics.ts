import { AggregatorRegistry } from 'prom-client';
import type { MetricFamilies } from './messages.ts';

/**
 * The metrics of all workers as one. How gauges are put together, each says itself (watching/metrics.ts);
 * counters and histograms are summed, and over all workers that ever were: a sum that fell when one ended
 * would look to Prometheus like a restart of all, and count anew what the others had counted.
 */
export class MergedMetrics {
  /** By worker, what it was last known to count. */
  readonly #latest = new Map<number, MetricFamilies>();
  /** What those have counted that are gone. */
  #departed: Promise<MetricFamilies> = Promise.resolve([]);

  /** A worker has told its metrics. */
  note(id: number, metrics: MetricFamilies): void {
    this.#latest.set(id, counted(metrics));
  }

  /** A worker is gone, and what it was last known to count stays. */
  depart(id: number): void {
    const last = this.#latest.get(id);
    this.#latest.delete(id);
    if (last === undefined) return;
    this.#departed = this.#departed.then((departed) => merge([departed, last]).getMetricsAsJSON());
  }

  /**
   * In the text format of Prometheus.
   *
   * @param told what the primary and the workers that answered have told
   * @param silent workers that did not answer: of these, what they were last known to count
   */
  async text(told: readonly MetricFamilies[], silent: readonly number[]): Promise<string> {
    const known = silent.flatMap((id) => {
      const latest = this.#latest.get(id);
      return latest === undefined ? [] : [latest];
    });
    return merge([...told, ...known, await this.#departed]).metrics();
  }
}

function counted(metrics: MetricFamilies): MetricFamilies {
  // (prom-client's types have an enumeration in place of what its JSON holds.)
  const isCount = (type: unknown) => type === 'counter' || type === 'histogram';
  return metrics.filter(({ type }) => isCount(type));
}

function merge(families: readonly MetricFamilies[]) {
  return AggregatorRegistry.aggregate([...families]);
}
