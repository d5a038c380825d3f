import type { Client } from '../client/client.ts';
import type { RunningContender } from '../contenders/contender.ts';
import { cpuMicroseconds } from '../machine/cpu-time.ts';
import type { Answer } from '../traffic/answer.ts';

/** One round of one contender, at all that it can take. */
export interface Round {
  /** Of the server, per call, in microseconds: all its threads and processes, until its events are sent. */
  readonly cpuUs: number;
  readonly rps: number;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly p999Us: number;
  /** CPU time of the server in a second, while it was called: about 1 where its core was the bottleneck. */
  readonly busy: number;
}

/** Not all calls were accepted: what was measured is something else. */
export interface VoidRound {
  readonly void: string;
}

export interface RoundCalls {
  readonly requests: readonly Buffer[];
  /** What each answer has to be like. */
  readonly answer: Answer;
}

/**
 * Calls a server for a while.
 *
 * @returns why there is nothing to tell, where calls were answered otherwise than they had to be
 */
export async function measureRound(
  client: Client,
  server: RunningContender,
  { requests, answer }: RoundCalls,
  durationMs: number,
): Promise<Round | VoidRound> {
  await client.open(server.url, requests, answer);
  const before = cpuMicroseconds(server.pid);
  const { answered, failures, durationMs: tookMs, ...latency } = await client.run(durationMs);
  const called = cpuMicroseconds(server.pid);
  await server.settled();
  const settled = cpuMicroseconds(server.pid);
  await client.close();
  const wrong = Object.entries(failures).map(([what, count]) => `${count} × ${what}`);
  if (wrong.length > 0 || answered === 0) return { void: wrong.join(', ') || 'no answer came' };
  return {
    cpuUs: (settled - before) / answered,
    rps: (answered * 1_000) / tookMs,
    busy: (called - before) / (tookMs * 1_000),
    ...latency,
  };
}
