import { pause } from '../../helpers/pause.ts';
import { until } from '../../helpers/until.ts';
import type { FaultResult, FaultSurroundings } from '../fault.ts';
import { ask } from './ask.ts';
import { busy, shortfall } from './load.ts';
import { percentile } from './percentile.ts';
import { type System, withSystem } from './system.ts';

/** How Redis goes and comes back. */
export interface RedisOutage {
  readonly awayMs: number;
  go(system: System): Promise<void>;
  comeBack(system: System): Promise<void>;
}

const missEveryMs = 5;
const joinTimeoutMs = 30_000;

/**
 * A tracker under load, on programs that it has in memory, while Redis is away, and somebody who asks for
 * programs that never were: they must not be told so, since nobody can know it, and must not wait for long.
 */
export function runRedisAway(surroundings: FaultSurroundings, outage: RedisOutage): Promise<FaultResult> {
  return withSystem(surroundings, {}, async (system) => {
    const { say } = surroundings;
    const tracker = system.tracker();
    await tracker.start();
    const load = system.load({ perSecond: 200, concurrency: 8 });
    await until('both programs to be cached', () => load.counts.accepted >= 50);
    const missed = (id: string) => ask(`${tracker.url}/v1/events/${id}?type=impression`);

    say(`Redis is away for ${outage.awayMs / 1_000} s.`);
    await outage.go(system);
    const fromMs = performance.now();
    const missesMs: number[] = [];
    const verdicts: Record<string, number> = {};
    let droppedMs: number | null = null;
    // It goes on until the tracker has noticed, however slow the machine is.
    for (let i = 0; performance.now() - fromMs < outage.awayMs || droppedMs === null; i++) {
      const { verdict, tookMs } = await missed(`never-${i}`);
      verdicts[verdict] = (verdicts[verdict] ?? 0) + 1;
      missesMs.push(tookMs);
      if (droppedMs === null && (await tracker.metric('trackline_program_cache_coherent')) === 0) {
        droppedMs = performance.now() - fromMs;
      }
      if (performance.now() - fromMs > outage.awayMs + joinTimeoutMs) break;
      await pause(missEveryMs);
    }
    say('Redis comes back.');
    await outage.comeBack(system);
    await until(
      'what never was to be unknown again',
      async () => (await missed('never')).verdict === 'rejected; reason=program_unknown',
      joinTimeoutMs,
    );
    const counts = await load.stop();
    const settled = await system.settle();

    const violations = [...settled.violations, ...shortfall(counts)];
    const { 'shed; reason=program_unknowable': unknowable = 0, [busy]: _, ...others } = verdicts;
    if (unknowable === 0 || Object.keys(others).length > 0) {
      violations.push(`Misses were answered ${JSON.stringify(verdicts)}, and not all "program_unknowable"`);
    }
    if (droppedMs === null) violations.push('The tracker never noticed that Redis was away');
    const [p99, worst] = [percentile(missesMs, 0.99), percentile(missesMs, 1)];
    return {
      events: settled.events,
      figure:
        `${missesMs.length} misses, p99 ${p99.toFixed(1)} ms, at most ${worst.toFixed(0)} ms; ` +
        `noticed after ${droppedMs?.toFixed(0)} ms`,
      violations,
    };
  });
}
