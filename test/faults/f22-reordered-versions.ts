import { keys } from '@trackline/adapters/program-store/program-store';
import { connectProgramTable } from '@trackline/adapters/program-table/program-table.dynamodb';
import type { Program } from '@trackline/domain/program';
import { connectedProgramCache } from '../helpers/connected-program-cache.ts';
import { pause } from '../helpers/pause.ts';
import { program } from '../helpers/programs.ts';
import { until } from '../helpers/until.ts';
import type { Fault } from './fault.ts';
import { staleFor, versionIn } from './harness/cached-programs.ts';
import { sendPrograms } from './harness/send-programs.ts';
import { type System, withSystem } from './harness/system.ts';

const programs = 20;
const updates = { short: 1_000, long: 100_000 };
/** How often an update is sent; each at another place. */
const repeats = 2;
const kills = { short: 1, long: 10 };
const shards = 8;

/** A business system that sends everything more than once, in no order, to consumers that are killed at times. */
export const fault: Fault = {
  id: 'F22',
  injects: '100,000 reordered and repeated core-data versions',
  expects: 'no older version ever wins: in the table, the store or a cache',
  run: (surroundings) =>
    withSystem(surroundings, { coreDataShards: shards }, async (system) => {
      const { short, say } = surroundings;
      const form = short ? 'short' : 'long';
      const versions = updates[form] / repeats / programs;
      const ids = Array.from({ length: programs }, (_, i) => `reordered-${i}`);
      const all = ids.flatMap((id) => {
        return Array.from({ length: repeats * versions }, (_, i) =>
          program({ id, version: 1 + (i % versions) }),
        );
      });
      const sent = shuffled(all, system.random);
      const witness = await watch(system, ids);
      try {
        say(`${sent.length} updates of ${programs} programs are sent.`);
        for (let part = 0; part <= kills[form]; part++) {
          const [from, to] = [part, part + 1].map((at) => Math.ceil((at * sent.length) / (kills[form] + 1)));
          await sendPrograms(system.place, sent.slice(from, to), system.random);
          if (part === kills[form]) break;
          const before = witness.announced();
          await until('some to be taken', () => witness.announced() > before, 60_000);
          await system.consumers.kill();
          await system.consumers.start();
        }
        say('All are sent.');
        const caughtUp = await system.consumers.caughtUp(30 * 60_000);
        const violations = [...(caughtUp ? [] : ['Not all updates were taken'])];
        for (const id of ids) await staleFor(witness.cache, id, versions);
        violations.push(...(await endings(system, ids, versions)), ...witness.violations);
        const figure =
          `${sent.length} updates of ${programs} programs, ${kills[form]} kills of the updater: ` +
          `${witness.announced()} announced, ${witness.violations.length} older ones won`;
        return { events: null, figure, violations };
      } finally {
        await witness.close();
      }
    }),
};

/** Looks at what is announced, at the store and at a tracker's cache, all the while. */
async function watch({ redis }: System, ids: readonly string[]) {
  const violations: string[] = [];
  const newest = (where: string) => {
    const seen = new Map<string, number>();
    return (id: string, version: number) => {
      const before = seen.get(id) ?? 0;
      if (version < before) violations.push(`${where} went from version ${before} of ${id} to ${version}`);
      seen.set(id, version);
    };
  };
  const inChannel = newest('The channel');
  const inCache = newest('The cache');
  const inStore = newest('The store');
  let announced = 0;
  const listener = redis.client.duplicate();
  listener.on('message', (_channel: string, text: string) => {
    const { id, version } = JSON.parse(text) as { id: string; version: number };
    announced++;
    inChannel(id, version);
  });
  await listener.subscribe(keys.channel);
  const port = Number(new URL(redis.url).port);
  const { cache } = connectedProgramCache({ linkPort: port, dataPort: port });
  await until('the cache to be coherent', () => cache.coherent);

  let watching = true;
  const looking = (async () => {
    while (watching) {
      for (const id of ids) {
        inCache(id, versionIn(await cache.lookup(id)));
        inStore(id, Number((await redis.client.hget(keys.program(id), 'version')) ?? 0));
      }
      await pause(10);
    }
  })();
  return {
    cache,
    violations,
    announced: () => announced,
    async close() {
      watching = false;
      await looking;
      listener.disconnect();
      await cache.close();
    },
  };
}

/** Where the newest version of a program is not the one that table and store end with. */
async function endings({ place, redis }: System, ids: readonly string[], newest: number): Promise<string[]> {
  const found: string[] = [];
  const table = connectProgramTable({
    region: place.region,
    endpoint: place.dynamodbEndpoint,
    tableName: place.tables.programs,
  });
  try {
    for (const id of ids) {
      const inTable = (await table.latest(id))?.program.version;
      const inStore = Number(await redis.client.hget(keys.program(id), 'version'));
      if (inTable !== newest) found.push(`The table ends with version ${inTable} of ${id}, not ${newest}`);
      if (inStore !== newest) found.push(`The store ends with version ${inStore} of ${id}, not ${newest}`);
    }
    return found;
  } finally {
    await table.close();
  }
}

/** Fisher and Yates's. */
function shuffled(all: readonly Program[], random: () => number): Program[] {
  const list = [...all];
  for (let last = list.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [list[last], list[other]] = [list[other]!, list[last]!];
  }
  return list;
}
