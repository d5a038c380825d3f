import { until } from '../helpers/until.ts';
import type { Fault } from './fault.ts';
import { busy, shortfall } from './harness/load.ts';
import { percentile } from './harness/percentile.ts';
import { attackSlowly } from './harness/slow-sockets.ts';
import { withSystem } from './harness/system.ts';

const goodCallsMin = 200;
const unreadShareMax = 0.02;

/** Somebody opens as many sockets as they can and never says all ("slow loris"), beside a client as usual. */
export const fault: Fault = {
  id: 'F25',
  injects: 'thousands of sockets that never end their headers',
  expects: 'each is answered 408; who calls as usual is served as before',
  run: (surroundings) =>
    withSystem(surroundings, {}, async (system) => {
      const { short, say } = surroundings;
      const sockets = short ? 500 : 5_000;
      const tracker = system.tracker();
      await tracker.start();
      const tookMs: Record<'before' | 'during', number[]> = { before: [], during: [] };
      let phase: keyof typeof tookMs = 'before';
      const load = system.load({
        perSecond: 200,
        concurrency: 8,
        onAnswer: (ms) => tookMs[phase].push(ms),
      });
      // The first calls are slower anyway.
      await until('a good client to be served', () => load.counts.accepted >= goodCallsMin);
      tookMs.before = [];
      await until('…as usual', () => tookMs.before.length >= goodCallsMin);

      say(`${sockets} slow sockets.`);
      phase = 'during';
      let openMax = 0;
      const answers = await attackSlowly(tracker.url, sockets, short ? 0 : 30_000, (open) => {
        openMax = Math.max(openMax, open);
      });
      const counts = await load.stop();
      const settled = await system.settle();

      const violations = [...settled.violations];
      // An attacker that is too slow to read its answer may find it reset away.
      const { '408': timedOut = 0, none: unread = 0, ...others } = answers;
      if (unread > unreadShareMax * (timedOut + unread) || Object.keys(others).length > 0) {
        violations.push(`Slow sockets were answered ${JSON.stringify(answers)}, and not all 408`);
      }
      violations.push(...shortfall(counts).map((each) => `Of a good client, ${each}`));
      const p99 = (ms: readonly number[]) => `${percentile(ms, 0.99).toFixed(1)} ms`;
      return {
        events: settled.events,
        figure:
          `${openMax} sockets open at once, ${timedOut} answered 408; p99 of a good client ` +
          `${p99(tookMs.during)} (before: ${p99(tookMs.before)}), ${counts.otherwise[busy] ?? 0} of its calls shed`,
        violations,
      };
    }),
};
