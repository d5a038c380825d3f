import { pause } from '../helpers/pause.ts';
import { until } from '../helpers/until.ts';
import type { Fault } from './fault.ts';
import { startFlood } from './harness/flood.ts';
import { busy } from './harness/load.ts';
import { withSystem } from './harness/system.ts';

/** Somebody tries ids, or a page has a broken one for each visitor. */
export const fault: Fault = {
  id: 'F24',
  injects: '1,000,000 unknown ids',
  expects: 'the negative cache is bounded; no such call is an event',
  run: (surroundings) =>
    withSystem(surroundings, {}, async (system) => {
      const { short, say } = surroundings;
      const ids = short ? 5_000 : 1_000_000;
      const { client } = system.redis;
      // Refused where Redis is too slow to tell: accepted unverified they would be events.
      const tracker = system.tracker({ TRACKLINE_UNKNOWABLE: 'refuse', TRACKLINE_REDIS_TIMEOUT_MS: '400' });
      await tracker.start();
      const load = system.load({ perSecond: 50, concurrency: 4 });
      await until('some events', () => load.counts.accepted >= 20);

      const before = { ...(await measure()), atMs: performance.now() };
      const flood = startFlood({
        calls: ids,
        concurrency: 64,
        url: (number) => `${tracker.url}/v1/impression/unknown-${number}`,
      });
      let most = 0;
      await until(
        'all to be answered',
        async () => {
          most = Math.max(most, (await measure()).rss);
          say(`${flood.answered} of ${ids} calls are answered, ${mebibytes(most)} of memory.`);
          await Promise.race([flood.done, pause(1_000)]);
          return flood.answered + flood.failed >= ids;
        },
        30 * 60_000,
      );
      const after = { ...(await measure()), atMs: performance.now() };
      await load.stop();
      const settled = await system.settle();

      const violations = [...settled.violations];
      const {
        'rejected; reason=program_unknown': unknown = 0,
        'shed; reason=program_unknowable': unknowable = 0,
        [busy]: shed = 0,
        ...others
      } = flood.verdicts;
      if (unknown + unknowable + shed !== ids) {
        const answers = JSON.stringify({ ...others, failed: flood.failed });
        violations.push(`${ids - unknown - unknowable - shed} calls were answered otherwise: ${answers}`);
      }
      if (unknown === 0) violations.push('No id was said to be unknown');
      const seconds = (after.atMs - before.atMs) / 1_000;
      const figure =
        `RSS +${mebibytes(Math.max(most, after.rss) - before.rss)}, ` +
        `${((after.commands - before.commands) / seconds).toFixed(0)} Redis commands/s, ` +
        `${(ids / seconds).toFixed(0)} calls/s, ${unknowable} not to be known, ${shed} shed`;
      return { events: settled.events, figure, violations };

      async function measure() {
        const stats = await client.info('stats');
        const commands = Number(/total_commands_processed:(\d+)/.exec(stats)?.[1] ?? 0);
        return { commands, rss: await tracker.metric('trackline_resident_memory_bytes') };
      }
    }),
};

const mebibytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
