import { pause } from '../helpers/pause.ts';
import { until } from '../helpers/until.ts';
import type { Fault } from './fault.ts';
import { withSystem } from './harness/system.ts';

const workers = 2;
/** A worker is killed when so many calls were accepted since the last time, by chance up to this. */
const acceptedBetweenMax = 400;
/** Five crashes within a minute, and a cluster gives up: no more than four of ours are to be in any minute. */
const killedEveryMs = { short: 0, long: 15_500 };

/** A worker of a cluster that is killed while clients call: the other serves on, and one comes in its place. */
export const fault: Fault = {
  id: 'F28',
  injects: `SIGKILL of one of ${workers} workers of a cluster under load, again and again`,
  expects: 'another takes its place and its spool, nobody is refused meanwhile, nothing is missing',
  run: (surroundings) =>
    withSystem(surroundings, {}, async (system) => {
      const { short, say } = surroundings;
      const kills = short ? 3 : 20;
      const { oracle, random } = system;
      const tracker = system.tracker({ TRACKLINE_WORKERS: String(workers) });
      await tracker.start();
      // A connection that was being handed to the killed worker stays silent, until its client has had enough.
      const load = system.load({ perSecond: 1_000, concurrency: 16, timeoutMs: 3_000 });
      const gapsMs: number[] = [];
      let goneOn = 0;
      let next = 0;
      const someMore = async () => {
        const wanted = oracle.accepted + 1 + Math.floor(random() * acceptedBetweenMax);
        await until('events to be accepted', () => oracle.accepted >= wanted, 60_000);
      };
      for (let kill = 1; kill <= kills; kill++) {
        await someMore();
        if (next > performance.now()) await pause(next - performance.now());
        const before = await tracker.workers();
        const killed = before[Math.floor(random() * before.length)]!;
        const fromMs = performance.now();
        next = fromMs + killedEveryMs[short ? 'short' : 'long'];
        process.kill(killed.pid, 'SIGKILL');
        const after = await until('another worker to listen', async () => {
          const now = await tracker.workers();
          return now.length === workers && now.every(({ pid }) => pid !== killed.pid) && now;
        });
        gapsMs.push(performance.now() - fromMs);
        if (after.some(({ writer }) => writer === killed.writer)) goneOn++;
        if (kill % 5 === 0) say(`${kill} kills, ${oracle.accepted} events accepted.`);
      }
      await someMore();
      const { unanswered, refused } = await load.stop();
      const settled = await system.settle();
      const exitCode = await tracker.terminate();

      const violations = [...settled.violations];
      if (refused > 0) violations.push(`${refused} connections were refused while a worker was there`);
      if (exitCode !== 0) violations.push(`The cluster ended with ${exitCode}, and not with 0`);
      const sorted = gapsMs.toSorted((a, b) => a - b);
      const [median, longest] = [sorted[sorted.length >> 1]!, sorted.at(-1)!];
      return {
        events: settled.events,
        figure:
          `${kills} kills; another worker after ${gapsMs[0]!.toFixed(0)} ms at first, ${median.toFixed(0)} ms, the ` +
          `median, ${longest.toFixed(0)} ms at most, rests of up to 5 s included; ${goneOn} of them as the same writer; ${unanswered} calls cut off, ` +
          `${settled.unheardItems} of them kept, ${refused} refused`,
        violations,
      };
    }),
};
