import { until } from '../helpers/until.ts';
import type { Fault } from './fault.ts';
import { behindKinesisProxy } from './harness/behind-kinesis-proxy.ts';
import { shortfall } from './harness/load.ts';
import { countOnStream } from './harness/stream-events.ts';

const lostShare = 0.25;

/** A stream that has the records, and a tracker that never hears of it, so that it sends them again. */
export const fault: Fault = {
  id: 'F11',
  injects: 'PutRecords commits, and its reply is lost: a quarter of the calls',
  expects: 'sent again; the event store absorbs the duplicates',
  run: (surroundings) =>
    behindKinesisProxy(surroundings, {}, async ({ system, proxy }) => {
      const { short, say } = surroundings;
      const lostReplies = short ? 8 : 300;
      let lost = 0;
      proxy.treat = () => {
        if (system.random() >= lostShare) return 'forward';
        lost++;
        return 'dropReply';
      };
      const load = system.load({ perSecond: short ? 400 : 1_000, concurrency: 16 });
      await until('replies to be lost', () => lost >= lostReplies, 600_000);
      say(`${lost} replies were lost; no more are.`);
      proxy.treat = () => 'forward';
      const counts = await load.stop();
      const settled = await system.settle();

      const violations = [...settled.violations, ...shortfall(counts)];
      const { again } = await countOnStream(system.place);
      if (again === 0) violations.push('No event was on the stream twice: nothing was tried');
      return {
        events: settled.events,
        figure: `${lost} replies lost, ${again} events twice on the stream, ${settled.events.duplicates} in the table`,
        violations,
      };
    }),
};
