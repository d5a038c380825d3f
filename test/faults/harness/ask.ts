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
