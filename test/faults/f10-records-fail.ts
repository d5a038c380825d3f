import { until } from '../helpers/until.ts';
import type { Fault } from './fault.ts';
import { behindKinesisProxy } from './harness/behind-kinesis-proxy.ts';
import { shortfall } from './harness/load.ts';
import { countOnStream } from './harness/stream-events.ts';

const failing = 0.3;

/** First by chance; then one of two shards takes nothing, and the other is to get all there is. */
export const fault: Fault = {
  id: 'F10',
  injects: '30 % of the records of each PutRecords fail; then a shard takes nothing',
  expects: 'only those are sent again; the other shard gets all',
  run: (surroundings) =>
    behindKinesisProxy(surroundings, { shards: 2 }, async ({ system, proxy, tracker }) => {
      const { short, say } = surroundings;
      const records = short ? 60 : 3_000;

      say(`30 % of ${records} records and more fail.`);
      proxy.treat = () => ({ failing });
      const load = system.load({ perSecond: short ? 400 : 1_000, concurrency: 16 });
      await until('records to be sent', () => proxy.records.taken >= records, 300_000);
      const { tried, taken, failed } = proxy.records;

      say('One of two shards takes nothing.');
      proxy.treat = () => ({ throttledShard: 0 });
      const refused = short ? 10 : 200;
      await until('records to be throttled', () => proxy.records.throttled >= refused, 300_000);
      const counts = await load.stop();
      const allSent = async () => (await tracker.ledger()).unsent === 0;
      const toTheOther = await until('everything to be sent to the other', allSent).catch(() => null);
      proxy.treat = () => 'forward';
      const settled = await system.settle();

      const violations = [...settled.violations, ...shortfall(counts)];
      if (failed === 0) violations.push('No record failed');
      if (toTheOther === null) violations.push('What one shard did not take did not get to the other');
      const { again } = await countOnStream(system.place);
      const timedOut = await tracker.metric('trackline_put_failures_total', 'code="TimeoutError"');
      if (again > 0 && timedOut === 0) violations.push(`${again} events were sent again that the stream had`);
      const dead = proxy.records;
      const sends = (tried / taken).toFixed(2);
      const sendsThen = ((dead.tried - tried) / (dead.taken - taken)).toFixed(2);
      return {
        events: settled.events,
        figure: `${sends} sends per record (${(1 / (1 - failing)).toFixed(2)} at best), ${sendsThen} with a shard closed`,
        violations,
      };
    }),
};
