import { steady } from '../../loadtest/engine/arrivals.ts';
import type { Bench } from '../bench.ts';
import { startTracker } from '../contenders/tracker.ts';
import { heavyRequests } from '../traffic/requests.ts';
import { capacityOf } from './capacity.ts';
import type { OpenClients } from './open-clients.ts';
import type { OpenLoopInterval, OpenLoopResult } from './open-loop.main.ts';

/**
 * F26: what becomes of a tracker that is called more than it can take, by clients who do not wait for one another.
 *
 * The calls are as heavy as they may be, so that one core of clients can offer three times what one core of a tracker
 * takes: of light ones, it costs more to read and to refuse them than is left to be saved.
 */
export interface OverloadFigures {
  readonly capacityRps: number;
  /** The goodput curve, by the load as a multiple of the capacity. */
  readonly curve: readonly LoadFigures[];
  readonly acceptedP99MsAt2: number;
  /**
   * From when the load fell to half of the capacity until all is accepted in time again; all the time that was watched,
   * where it never was.
   */
  readonly recoveryS: number;
}

export interface LoadFigures {
  readonly load: number;
  readonly offeredRps: number;
  /** Accepted calls a second. */
  readonly goodputRps: number;
  readonly shedRps: number;
  /** 503s that tell when to come again, of the whole run. */
  readonly shed: number;
  /** Given up by its client, or answered in any other way; of the whole run. */
  readonly failed: number;
  readonly acceptedP50Ms: number;
  readonly acceptedP99Ms: number;
}

const loads = [0.5, 1, 1.5, 2, 3];
const intervalMs = 100;
/** How long a caller waits, who would not see the pixel's answer anyway. */
const timeoutMs = 3_000;
/** In time, once an overload is over. */
const inTimeMs = 50;
const recoveryMs = 3_500;

export async function measureOverload(
  bench: Bench,
  clients: OpenClients,
  options: { bundleFile: string; durationMs: number; warmUpMs: number },
): Promise<OverloadFigures> {
  const { bundleFile, durationMs, warmUpMs } = options;
  const { contender } = await startTracker(bench, { name: 'f26', kind: 'disk', bundleFile });
  try {
    const requests = heavyRequests(64);
    const capacityRps = await capacityOf(bench, contender, requests, { warmUpMs, roundMs: warmUpMs / 2 });
    const calls = {
      url: contender.url,
      texts: requests.map((request) => request.toString('latin1')),
      timeoutMs,
      connectionsMin: 64,
      connectionsMax: 8_192,
      intervalMs,
    };
    // The clients, too, have something to compile, and would be late.
    await clients.run({ ...calls, phases: steady(capacityRps / 2, warmUpMs / 2) });
    const curve: LoadFigures[] = [];
    for (const load of loads) {
      const result = await clients.run({ ...calls, phases: steady(load * capacityRps, durationMs) });
      curve.push(loadFigures(load, result, durationMs));
      bench.say(`f26: ${told(curve.at(-1)!)}`);
      await contender.settled();
    }
    const fall = await clients.run({
      ...calls,
      phases: [...steady(3 * capacityRps, durationMs), ...steady(capacityRps / 2, recoveryMs)],
    });
    return {
      capacityRps,
      curve,
      acceptedP99MsAt2: curve.find(({ load }) => load === 2)!.acceptedP99Ms,
      recoveryS: recoverySeconds(fall.intervals, durationMs, durationMs + recoveryMs),
    };
  } finally {
    await contender.stop();
  }
}

/** Rates are those while the load lasted: what is answered once it is over is no longer in time for anybody. */
function loadFigures(load: number, result: OpenLoopResult, durationMs: number): LoadFigures {
  const during = result.intervals.slice(0, Math.floor(durationMs / intervalMs));
  const perSecond = (figure: 'offered' | 'accepted' | 'answered') =>
    (during.reduce((sum, interval) => sum + interval[figure], 0) * 1_000) / durationMs;
  return {
    load,
    offeredRps: perSecond('offered'),
    goodputRps: perSecond('accepted'),
    shedRps: perSecond('answered') - perSecond('accepted'),
    shed: result.shed,
    failed: result.failed,
    acceptedP50Ms: result.acceptedLatency.p50Ms,
    acceptedP99Ms: result.acceptedLatency.p99Ms,
  };
}

/** From the fall of the load to the end of the last interval in which not all was answered in time, in seconds. */
export function recoverySeconds(
  intervals: readonly OpenLoopInterval[],
  fallMs: number,
  endMs: number,
): number {
  const first = Math.ceil(fallMs / intervalMs);
  const after = intervals.slice(first, Math.floor(endMs / intervalMs));
  const late = after.findLastIndex(({ p99Ms, failed }) => p99Ms > inTimeMs || failed > 0);
  return ((late + 1) * intervalMs) / 1_000;
}

function told({ load, offeredRps, goodputRps, shedRps, failed, acceptedP99Ms }: LoadFigures): string {
  const [offered, good, shed] = [offeredRps, goodputRps, shedRps].map((rate) => Math.round(rate));
  const rates = `${offered}/s offered, ${good} accepted, ${shed} shed, ${failed} failed`;
  return `${load} × capacity: ${rates}; p99 of the accepted ${acceptedP99Ms.toFixed(1)} ms`;
}
