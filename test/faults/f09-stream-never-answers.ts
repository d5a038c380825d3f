import { limits } from '@trackline/tracker/limits';
import { until } from '../helpers/until.ts';
import type { Fault } from './fault.ts';
import { behindKinesisProxy } from './harness/behind-kinesis-proxy.ts';
import { shortfall } from './harness/load.ts';

/** The sender's calls, and a statement's. */
const callsMax = limits.putCallsMax + 1;

/** What was under way when it began to be silent is given up in time; then one call probes at a time. */
export const fault: Fault = {
  id: 'F9',
  injects: 'Kinesis accepts the connection and never answers',
  expects: 'calls are given up within 2 s, and few are under way',
  run: (surroundings) =>
    behindKinesisProxy(surroundings, {}, async ({ system, proxy, tracker }) => {
      const { short, say } = surroundings;
      const silentCalls = short ? 4 : 60;
      const load = system.load({ perSecond: 300, concurrency: 16 });
      await until('events to be sent', () => proxy.records.taken > 5);

      say(`Kinesis is silent for ${silentCalls} calls.`);
      proxy.treat = () => 'hang';
      proxy.mostUnderWay = 0;
      const calls = proxy.calls;
      await until('calls to be given up', () => proxy.calls - calls - proxy.underWay >= silentCalls, 600_000);
      const { mostUnderWay } = proxy;
      const { unsent } = await tracker.ledger();
      say('It answers again.');
      proxy.treat = () => 'forward';
      await until('an event to be sent', async () => (await tracker.ledger()).unsent < unsent);
      const counts = await load.stop();
      const settled = await system.settle();

      const violations = [...settled.violations, ...shortfall(counts)];
      if (mostUnderWay > callsMax) violations.push(`${mostUnderWay} calls were under way`);
      const all = await tracker.metric('trackline_put_seconds_count');
      const quick = await tracker.metric('trackline_put_seconds_bucket', 'le="2.5"');
      // The clock of a machine that has too much to do is no proof.
      const unbound = all - (await tracker.metric('trackline_put_seconds_bucket', 'le="5"'));
      if (unbound > 0) violations.push(`${unbound} calls took more than 5 s`);
      return {
        events: settled.events,
        figure: `in flight at most ${mostUnderWay}, given up within 2.5 s: ${quick} of ${all} calls`,
        violations,
      };
    }),
};
