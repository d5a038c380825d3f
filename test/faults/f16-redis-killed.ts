import { until } from '../helpers/until.ts';
import type { Fault } from './fault.ts';
import { ask, percentile } from './harness/calls.ts';
import { withSystem } from './harness/system.ts';

/** Of what is in memory goes on; of what is not, nobody waits for, and nobody is told that it is unknown. */
export const fault: Fault = {
  id: 'F16',
  injects: 'Redis killed for 60 s under load',
  expects: 'cached programs serve, misses fail fast and are never "unknown"',
  run: (surroundings) =>
    withSystem(surroundings, {}, async (system) => {
      const { short, say } = surroundings;
      const awayMs = short ? 2_000 : 60_000;
      const redis = system.realRedis();
      const tracker = system.tracker();
      await tracker.start();
      const load = system.load({ perSecond: 200, concurrency: 8 });
      await until('both programs to be cached', () => load.counts.accepted >= 50);

      say(`Redis is killed for ${awayMs / 1_000} s.`);
      await redis.kill();
      const missesMs: number[] = [];
      const misses: Record<string, number> = {};
      const endMs = performance.now() + awayMs;
      for (let i = 0; performance.now() < endMs; i++) {
        const { verdict, tookMs } = await ask(`${tracker.url}/v1/events/never-${i}?type=impression`);
        misses[verdict] = (misses[verdict] ?? 0) + 1;
        missesMs.push(tookMs);
        await new Promise((next) => setTimeout(next, 5));
      }
      say('Redis is started again, empty, and rebuilt.');
      await redis.restart();
      await system.consumers.rebuild();
      await until(
        'what never was to be unknown again',
        async () => {
          const { verdict } = await ask(`${tracker.url}/v1/events/never?type=impression`);
          return verdict === 'rejected; reason=program_unknown';
        },
        30_000,
      );
      const { otherwise, unanswered } = await load.stop();
      const settled = await system.settle();

      const violations = [...settled.violations];
      const shed = Object.values(otherwise).reduce((all, each) => all + each, 0) + unanswered;
      if (shed > 0) violations.push(`${shed} calls on cached programs were not accepted`);
      const { 'shed; reason=program_unknowable': unknowable = 0, ...others } = misses;
      if (unknowable === 0 || Object.keys(others).length > 0) {
        violations.push(`Misses were answered ${JSON.stringify(misses)}, and not all "program_unknowable"`);
      }
      const p99 = percentile(missesMs, 0.99).toFixed(1);
      return {
        events: settled.events,
        figure: `p99 of a miss ${p99} ms, ${missesMs.length} misses`,
        violations,
      };
    }),
};
