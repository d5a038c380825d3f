import type { Random } from '@trackline/domain/clock';
import { width } from '@trackline/domain/ledger-coverage';
import { DynamoDbProxy } from '../helpers/dynamodb-proxy.ts';
import { KinesisProxy } from '../helpers/kinesis-proxy.ts';
import { pause } from '../helpers/pause.ts';
import { realRedisMissing } from '../helpers/redis.ts';
import { until } from '../helpers/until.ts';
import type { Fault } from './fault.ts';
import {
  consumerPlagues,
  type Plague,
  redisPlagues,
  streamPlagues,
  trackerPlagues,
} from './harness/plagues.ts';
import { readLedger } from './harness/settle.ts';
import { withSystem } from './harness/system.ts';
import type { TrackerChild } from './harness/tracker-child.ts';

const soakMs = 10 * 60_000;
/** How long a plague lasts, and how long all is well after it, at most. */
const lastsMsMax = { short: 300, long: 8_000 };
const readEveryMs = { short: 250, long: 2_000 };
/** As `trackline ledger` has it. */
const gapMsMax = 60_000;

/** Two trackers under load; everything goes wrong, two things at a time; and somebody watches the ledger. */
export const fault: Fault = {
  id: 'F30',
  injects: 'a soak of 10 min: a seeded mix of kills, stops, refusals and outages of every part',
  expects: 'no gap in the ledger is older than 60 s at any reading, and there is none at rest',
  missing: realRedisMissing,
  run: (surroundings) =>
    withSystem(surroundings, {}, async (system) => {
      const { short, seed, say } = surroundings;
      const { random, place } = system;
      const form = short ? 'short' : 'long';
      const stream = await KinesisProxy.open(place.kinesisEndpoint, { random });
      const tables = await DynamoDbProxy.open(place.dynamodbEndpoint);
      tables.remembersCalls = false;
      try {
        await system.consumers.stop();
        await system.consumers.start({ dynamodbEndpoint: tables.url });
        const environment = {
          AWS_ENDPOINT_URL_KINESIS: stream.url,
          TRACKLINE_STATEMENT_EVERY_MS: short ? '250' : '2000',
        };
        const [mortal, steady] = [system.tracker(environment), system.tracker(environment)];
        await Promise.all([mortal.start(), steady.start()]);
        const load = system.load({ perSecond: 300, concurrency: 16 });
        await until('some events', () => load.counts.accepted >= 50);

        const watched = watch(steady, readEveryMs[form], () => readLedger(place, gapMsMax));
        const endMs = short ? 0 : performance.now() + soakMs;
        const told: Record<string, number> = {};
        const note = (name: string) => {
          told[name] = (told[name] ?? 0) + 1;
          say(`${name}; ${load.counts.accepted} events accepted.`);
        };
        const befall = (plagues: readonly Plague[]) =>
          visit(plagues, { random, endMs, lastsMsMax: lastsMsMax[form], note });
        await Promise.all([
          befall(trackerPlagues(mortal)),
          befall([...streamPlagues(stream), ...consumerPlagues(system, tables), ...redisPlagues(system)]),
        ]);
        say('All is well again.');
        await until('the tracker to be ready', () => mortal.isReady());
        const { readings, slope } = await watched.stop();
        await load.stop();
        const settled = await system.settle();
        const plagues = Object.values(told).reduce((all, each) => all + each, 0);
        return {
          events: settled.events,
          figure:
            `seed ${seed}, ${plagues} plagues; ${readings} readings; ` +
            // Within seconds of its start, a process grows.
            `${short ? '' : `RSS slope ${slope.toFixed(1)} MiB/min; `}${settled.ledger.duplicates} sent twice and absorbed`,
          violations: [...watched.violations, ...settled.violations],
        };
      } finally {
        await Promise.all([stream.close(), tables.close()]);
      }
    }),
};

interface Visit {
  readonly random: Random;
  readonly lastsMsMax: number;
  /** At least each plague once, and then again until this (monotonic). */
  readonly endMs: number;
  readonly note: (name: string) => void;
}

/** One plague after the other, each round in another order, all well in between. */
async function visit(plagues: readonly Plague[], { random, lastsMsMax, endMs, note }: Visit): Promise<void> {
  const someTime = () => pause(random() * lastsMsMax);
  do {
    const order = plagues.map((plague) => ({ plague, at: random() })).toSorted((a, b) => a.at - b.at);
    for (const { plague } of order) {
      note(plague.name);
      await plague.begin();
      await someTime();
      await plague.end();
      await someTime();
    }
  } while (performance.now() < endMs);
}

/** Reads ledger and memory all the while. */
function watch(tracker: TrackerChild, everyMs: number, read: () => ReturnType<typeof readLedger>) {
  const violations: string[] = [];
  const memory: { readonly atMs: number; readonly bytes: number }[] = [];
  let readings = 0;
  let watching = true;
  const reading = (async () => {
    while (watching) {
      for (const { writer, missing } of await read()) {
        if (missing.length > 0) {
          violations.push(
            `Reading ${readings + 1}: ${width(missing)} events of ${writer} are open for too long`,
          );
        }
      }
      const bytes = await tracker.metric('trackline_resident_memory_bytes');
      memory.push({ atMs: performance.now(), bytes });
      readings++;
      await pause(everyMs);
    }
  })();
  // Whoever stops it hears of it.
  reading.catch(() => {});
  return {
    violations,
    async stop() {
      watching = false;
      await reading;
      // At first, memory grows to what it takes: its second half tells whether it goes on.
      return { readings, slope: slopeOf(memory.slice(memory.length / 2)) };
    },
  };
}

/** Of the straight line through the figures, by least squares, in MiB a minute. */
function slopeOf(figures: readonly { readonly atMs: number; readonly bytes: number }[]): number {
  const mean = (of: (figure: (typeof figures)[number]) => number) =>
    figures.reduce((all, each) => all + of(each), 0) / figures.length;
  const [middleMs, middleBytes] = [mean(({ atMs }) => atMs), mean(({ bytes }) => bytes)];
  const spread = mean(({ atMs }) => (atMs - middleMs) ** 2);
  const together = mean(({ atMs, bytes }) => (atMs - middleMs) * (bytes - middleBytes));
  return spread === 0 ? 0 : ((together / spread) * 60_000) / 2 ** 20;
}
