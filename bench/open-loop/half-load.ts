import { steady } from '../../loadtest/engine/arrivals.ts';
import type { Bench } from '../bench.ts';
import { startTracker } from '../contenders/tracker.ts';
import { cpuMicroseconds } from '../machine/cpu-time.ts';
import { plainNumber } from '../report/goals.ts';
import { requestsOf } from '../traffic/requests.ts';
import { capacityOf } from './capacity.ts';
import type { OpenClients } from './open-clients.ts';
import { readMetrics } from './tracker-metrics.ts';

/** What callers feel at half of what a tracker can take, and what kept them waiting. */
export interface HalfLoadFigures {
  readonly capacityRps: number;
  readonly offeredRps: number;
  readonly accepted: number;
  readonly notAccepted: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly maxMs: number;
  /** By how much the clients themselves were late, which is in the above. */
  readonly sendDelayP99Ms: number;
  readonly cpuUs: number;
  readonly gcPauses: number;
  readonly gcPauseMaxMs: number;
  readonly gcPausesMs: number;
  /** As the tracker's own metrics tell. */
  readonly loopDelayP99Ms: number;
  readonly loopDelayMaxMs: number;
  /** Of a group: its write and its `fdatasync`; null where there is no disk. */
  readonly groupP50Ms: number | null;
  readonly groupP99Ms: number | null;
}

export async function measureHalfLoad(
  bench: Bench,
  clients: OpenClients,
  options: { kind: 'memory' | 'disk'; bundleFile: string; durationMs: number; warmUpMs: number },
): Promise<HalfLoadFigures> {
  const { kind, bundleFile, durationMs, warmUpMs } = options;
  const tracker = await startTracker(bench, { name: `openLoop.${kind}`, kind, bundleFile });
  const { contender, adminUrl } = tracker;
  try {
    const requests = requestsOf('pixel', 64);
    const capacityRps = await capacityOf(bench, contender, requests, { warmUpMs, roundMs: warmUpMs / 2 });
    bench.say(`openLoop.${kind}: ${Math.round(capacityRps / 2)} calls/s for ${durationMs / 1_000} s`);
    const calls = {
      url: contender.url,
      texts: requests.map((request) => request.toString('latin1')),
      timeoutMs: 10_000,
      connectionsMin: 64,
      connectionsMax: 512,
      intervalMs: 1_000,
    };
    // The clients, too, have something to compile, and would be late.
    await clients.run({ ...calls, phases: steady(capacityRps / 2, warmUpMs) });
    const before = await readMetrics(adminUrl);
    await tracker.process.ask({ ask: 'watch pauses' }, 'watching pauses');
    const cpuBefore = cpuMicroseconds(contender.pid);
    const result = await clients.run({ ...calls, phases: steady(capacityRps / 2, durationMs) });
    await contender.settled();
    const cpuUs = (cpuMicroseconds(contender.pid) - cpuBefore) / result.accepted;
    const { pausesMs } = await tracker.process.ask<{ pausesMs: number[] }>({ ask: 'pauses' }, 'pauses');
    const after = await readMetrics(adminUrl);
    const { p50Ms, p99Ms, p999Ms, maxMs } = result.acceptedLatency;
    const group = (share: number) => (kind === 'disk' ? after.groupMsSince(before, share) : null);
    const figures = {
      capacityRps,
      offeredRps: (result.offered * 1_000) / durationMs,
      accepted: result.accepted,
      notAccepted: result.offered - result.accepted,
      p50Ms,
      p99Ms,
      p999Ms,
      maxMs,
      sendDelayP99Ms: result.sendDelay.p99Ms,
      cpuUs,
      gcPauses: pausesMs.length,
      gcPauseMaxMs: Math.max(0, ...pausesMs),
      gcPausesMs: pausesMs.reduce((sum, ms) => sum + ms, 0),
      loopDelayP99Ms: after.loopDelayMs('0.99'),
      loopDelayMaxMs: after.loopDelayMs('1'),
      groupP50Ms: group(0.5),
      groupP99Ms: group(0.99),
    };
    bench.say(`openLoop.${kind}: ${halfLoadText(figures)}`);
    return figures;
  } finally {
    await contender.stop();
  }
}

/** What callers felt, and what may have kept them. */
export function halfLoadText(figures: HalfLoadFigures): string {
  const { p50Ms, p99Ms, p999Ms, maxMs, gcPauses, gcPauseMaxMs, groupP50Ms, groupP99Ms } = figures;
  const ms = (value: number) => `${plainNumber(value)} ms`;
  const groups = groupP50Ms === null ? '' : `; groups p50 ≤ ${ms(groupP50Ms)}, p99 ≤ ${ms(groupP99Ms!)}`;
  return (
    `p50 ${ms(p50Ms)}, p99 ${ms(p99Ms)}, p99.9 ${ms(p999Ms)}, most ${ms(maxMs)}; ` +
    `${gcPauses} pauses of GC, at most ${ms(gcPauseMaxMs)}; ` +
    `loop delay p99 ${ms(figures.loopDelayP99Ms)}, at most ${ms(figures.loopDelayMaxMs)}${groups}; ` +
    `clients late by p99 ${ms(figures.sendDelayP99Ms)}`
  );
}
