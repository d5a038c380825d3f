/** A tracker's `/metrics` at one moment. */
export class TrackerMetrics {
  readonly #lines: readonly string[];

  constructor(text: string) {
    this.#lines = text.split('\n');
  }

  /** The delay of the event loop since `/metrics` was last read, at a quantile as it is labelled, in milliseconds. */
  loopDelayMs(quantile: string): number {
    return this.#value(`trackline_loop_delay_seconds{quantile="${quantile}"}`) * 1_000;
  }

  /**
   * How long a share of the groups took to the disk at most since an earlier reading, in milliseconds: as fine as the
   * buckets are. `Infinity` beyond the last one; 0 where there were none.
   */
  groupMsSince(earlier: TrackerMetrics, share: number): number {
    const buckets = this.#groupBuckets();
    const before = earlier.#groupBuckets();
    const counts = [...buckets].map(([bound, count]) => [bound, count - (before.get(bound) ?? 0)] as const);
    const total = counts.at(-1)?.[1] ?? 0;
    if (total === 0) return 0;
    return counts.find(([, count]) => count >= total * share)![0] * 1_000;
  }

  /** Cumulative counts by their upper bounds, in seconds, ascending. */
  #groupBuckets(): Map<number, number> {
    const bucket = /^trackline_spool_group_seconds_bucket\{(?:.*,)?le="([^"]+)".*\} (\S+)$/;
    const buckets = new Map<number, number>();
    for (const line of this.#lines) {
      const [, bound, count] = bucket.exec(line) ?? [];
      if (bound !== undefined)
        buckets.set(bound === '+Inf' ? Number.POSITIVE_INFINITY : Number(bound), Number(count));
    }
    return buckets;
  }

  #value(name: string): number {
    const line = this.#lines.find((each) => each.startsWith(`${name} `));
    return line === undefined ? Number.NaN : Number(line.slice(line.lastIndexOf(' ')));
  }
}

export async function readMetrics(adminUrl: string): Promise<TrackerMetrics> {
  return new TrackerMetrics(await (await fetch(`${adminUrl}/metrics`)).text());
}
