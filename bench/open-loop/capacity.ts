import type { Bench } from '../bench.ts';
import type { RunningContender } from '../contenders/contender.ts';
import { measureRound } from '../rounds/measure.ts';
import { callOnce } from '../traffic/answer.ts';

/**
 * How many calls a second a server takes at most: by clients that each wait for their answer, after as long a time as
 * its compiler needs.
 *
 * @throws Error where it did not accept all of them
 */
export async function capacityOf(
  bench: Bench,
  server: RunningContender,
  requests: readonly Buffer[],
  { warmUpMs, roundMs }: { warmUpMs: number; roundMs: number },
): Promise<number> {
  const calls = { requests, answer: await callOnce(server.url, requests[0]!) };
  await measureRound(bench.client, server, calls, warmUpMs);
  let best = 0;
  // What disturbs the machine for a while makes it less, and never more.
  for (let at = 0; at < 3; at++) {
    const round = await measureRound(bench.client, server, calls, roundMs / 2);
    if ('void' in round) throw new Error(`Not all calls were accepted: ${round.void}`);
    best = Math.max(best, round.rps);
  }
  return best;
}
