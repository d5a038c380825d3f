import { arrivals, type Phase } from '../../loadtest/engine/arrivals.ts';
import { type Quantiles, quantilesOf } from '../../loadtest/engine/histograms.ts';
import { runOpenLoop } from '../../loadtest/engine/open-loop.ts';
import { Recorder } from '../../loadtest/engine/recorder.ts';
import { seededRandom } from '../../test/helpers/seeded-random.ts';

/**
 * Clients that call when it is due, as a process of their own (loadtest/engine): told by a message what to do, and
 * ended with who started it.
 */

export interface OpenLoopAsked {
  readonly ask: 'run';
  readonly url: string;
  /** Whole requests, called in turn. */
  readonly texts: readonly string[];
  readonly phases: readonly Phase[];
  /** Beyond, a client has given up. */
  readonly timeoutMs: number;
  readonly connectionsMin: number;
  readonly connectionsMax: number;
  readonly intervalMs: number;
}

/** An interval of the run. */
export interface OpenLoopInterval {
  readonly offered: number;
  /** Answers that came in it, and those of them that were "accepted". */
  readonly answered: number;
  readonly accepted: number;
  readonly failed: number;
  /** Of what was due in it. */
  readonly p99Ms: number;
}

export interface OpenLoopResult {
  readonly kind: 'ran';
  readonly offered: number;
  readonly accepted: number;
  /** 503s that tell when to come again. */
  readonly shed: number;
  /** Neither: given up by the client, or answered in another way. */
  readonly failed: number;
  /** Answers of no kind that is expected, by status. */
  readonly strange: Readonly<Record<string, number>>;
  readonly acceptedLatency: Quantiles;
  /** What the client itself, or the lack of a connection, has added. */
  readonly sendDelay: Quantiles;
  readonly intervals: readonly OpenLoopInterval[];
}

process.on('message', async (asked: OpenLoopAsked) => process.send!(await run(asked)));
process.on('disconnect', () => process.exit());
process.send!({ kind: 'listening', url: '' });

async function run(asked: OpenLoopAsked): Promise<OpenLoopResult> {
  const { url, texts, phases, timeoutMs, connectionsMin, connectionsMax, intervalMs } = asked;
  const recorder = new Recorder(intervalMs);
  const calls = texts.map((text) => ({
    kind: 'impression' as const,
    programId: '',
    types: ['impression' as const],
    text,
  }));
  const strange: Record<string, number> = {};
  let shed = 0;
  let next = 0;
  await runOpenLoop({
    urls: [url],
    arrivals: arrivals(phases, seededRandom(5)),
    calls: () => calls[next++ % calls.length]!,
    recorder,
    connectionsMin,
    connectionsMax,
    timeoutMs,
    pacing: 'spin',
    onAnswer(_call, { status, verdict, head }) {
      if (status === 503 && /\r\nretry-after: \d/i.test(head)) shed++;
      else if (verdict !== 'accepted') strange[status] = (strange[status] ?? 0) + 1;
    },
  });
  const { offered, accepted } = recorder.counts;
  return {
    kind: 'ran',
    offered,
    accepted,
    shed,
    failed: offered - accepted - shed,
    strange,
    acceptedLatency: quantilesOf(recorder.acceptedLatency),
    sendDelay: quantilesOf(recorder.sendDelay),
    intervals: recorder.intervals.map((interval) => ({
      offered: interval.offered,
      answered: interval.answered,
      accepted: interval.accepted,
      failed: interval.failed,
      p99Ms: quantilesOf(interval.latency).p99Ms,
    })),
  };
}
