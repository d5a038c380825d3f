import { startTcpBalancer } from '../helpers/tcp-balancer.ts';
import { until } from '../helpers/until.ts';
import type { Fault } from './fault.ts';
import { withSystem } from './harness/system.ts';

const clients = 64;
/** Of each client: every one of them calls several times within a drain's delay. */
const callsPerSecond = 5;
const callsBetween = 200;

/**
 * How a fleet is renewed: one tracker after the other is told to end and started again, behind a balancer that knows of
 * connections only and tries nothing twice. Each client has one connection, keeps it as long as it may, and retries
 * nothing.
 */
export const fault: Fault = {
  id: 'F27',
  injects: `SIGTERM of two trackers in turn, under ${clients} keep-alive clients`,
  expects: 'no call fails, and nothing is missing',
  run: (surroundings) =>
    withSystem(surroundings, {}, async (system) => {
      const { short, say } = surroundings;
      const rounds = short ? 1 : 5;
      const environment = {
        TRACKLINE_DRAIN_DELAY_MS: short ? '1500' : '5000',
        // A program that is fetched for the first time on a busy machine is no failed call.
        TRACKLINE_REDIS_TIMEOUT_MS: '450',
      };
      const trackers = [system.tracker(environment), system.tracker(environment)];
      await Promise.all(trackers.map((tracker) => tracker.start()));
      const balancer = await startTcpBalancer(trackers);
      try {
        const loads = Array.from({ length: clients }, () =>
          system.load({ urls: [balancer.url], perSecond: callsPerSecond, concurrency: 1 }),
        );
        const accepted = () => loads.reduce((sum, { counts }) => sum + counts.accepted, 0);
        const someMore = async () => {
          const from = accepted();
          await until('calls to be accepted', () => accepted() >= from + callsBetween);
        };
        await someMore();

        const exitCodes: (number | null)[] = [];
        const tookMs: number[] = [];
        for (let round = 0; round < rounds; round++) {
          for (const [index, tracker] of trackers.entries()) {
            say(`SIGTERM of tracker ${index + 1}, round ${round + 1} of ${rounds}.`);
            const fromMs = performance.now();
            exitCodes.push(await tracker.terminate());
            tookMs.push(performance.now() - fromMs);
            await tracker.start();
            await until('the balancer to notice', () => balancer.ready.length === trackers.length);
            await someMore();
          }
        }
        const counts = await Promise.all(loads.map((load) => load.stop()));
        const settled = await system.settle();

        const failed = counts.reduce((sum, each) => sum + each.sent - each.accepted, 0);
        const violations = [...settled.violations];
        if (failed > 0) {
          const ways = counts.filter((each) => each.sent > each.accepted);
          violations.push(`${failed} calls failed: ${JSON.stringify(ways.slice(0, 3))}`);
        }
        if (exitCodes.some((code) => code !== 0)) {
          violations.push(`The trackers ended with ${exitCodes.join(', ')}, and not all with 0`);
        }
        return {
          events: settled.events,
          figure:
            `${exitCodes.length} restarts, ${failed} calls failed, ` +
            `each gone within ${(Math.max(...tookMs) / 1_000).toFixed(1)} s of its signal`,
          violations,
        };
      } finally {
        await balancer.close();
      }
    }),
};
