import { Agent, get } from 'node:http';

/** So many calls, as fast as they are answered. */
export interface Flood {
  readonly answered: number;
  readonly failed: number;
  /** How often each verdict was given. */
  readonly verdicts: Readonly<Record<string, number>>;
  readonly done: Promise<void>;
}

/**
 * Calls that no oracle keeps, since none of them is to be an event: each once, over connections that are kept
 * alive.
 *
 * @param concurrency calls under way at once
 */
export function startFlood(options: {
  readonly calls: number;
  readonly concurrency: number;
  readonly url: (number: number) => string;
}): Flood {
  const { calls, concurrency, url } = options;
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency });
  const verdicts: Record<string, number> = {};
  const flood = { answered: 0, failed: 0, verdicts, done: Promise.resolve() };
  let next = 0;

  const client = async () => {
    while (next < calls) {
      const verdict = await call(url(next++));
      if (verdict === null) flood.failed++;
      else {
        flood.answered++;
        verdicts[verdict] = (verdicts[verdict] ?? 0) + 1;
      }
    }
  };
  const call = (address: string) =>
    new Promise<string | null>((resolve) => {
      const asked = get(address, { agent, timeout: 15_000 });
      asked.on('response', (answer) => {
        answer.on('end', () => resolve(String(answer.headers['x-tracking-verdict'] ?? 'none')));
        answer.on('error', () => resolve(null));
        answer.resume();
      });
      asked.on('timeout', () => asked.destroy());
      asked.on('error', () => resolve(null));
    });

  flood.done = Promise.all(Array.from({ length: concurrency }, client)).then(() => agent.destroy());
  return flood;
}
