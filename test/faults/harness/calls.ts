export interface Asked {
  readonly status: number;
  readonly verdict: string;
  readonly tookMs: number;
}

/** One call of no load's: for what a fault program wants to see with its own eyes. */
export async function ask(url: string, init: RequestInit = {}): Promise<Asked> {
  const fromMs = performance.now();
  const answer = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(15_000), ...init });
  await answer.arrayBuffer();
  const verdict = answer.headers.get('x-tracking-verdict') ?? 'none';
  return { status: answer.status, verdict, tookMs: performance.now() - fromMs };
}

/** @param share 0.99 for the p99; of no figures, 0 */
export function percentile(figures: readonly number[], share: number): number {
  const sorted = figures.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
