import { program } from '../helpers/programs.ts';
import { realRedisMissing } from '../helpers/redis.ts';
import type { Fault } from './fault.ts';
import { versionIn, withCachedPrograms } from './harness/cached-programs.ts';

/** So many programs at a time; between them, the loop turns. */
const stride = 500;
/** Each program is asked for so often at once, as by callers who don't know of each other. */
const callers = 3;
/** Reads, which would otherwise time out on a machine that is busy with itself, and be made again. */
const patientMs = 10_000;

/** Programs that came into memory together, and that everybody asks for when their time is over. */
export const fault: Fault = {
  id: 'F23',
  injects: '100,000 L1 entries that expire together',
  expects: 'one fetch for each program, spread; each lookup is answered',
  missing: realRedisMissing,
  run: ({ short, say }) =>
    withCachedPrograms(async ({ redis, writer, open }) => {
      const programs = short ? 2_000 : 100_000;
      // Filling must take less than eight tenths of it: until then nothing expires twice.
      const ttlMs = short ? 3_000 : 60_000;
      const { cache, told } = await open({ commandTimeoutMs: patientMs, ttlMs });
      const ids = Array.from({ length: programs }, (_, i) => `p${i}`);
      for (let at = 0; at < programs; at += stride) {
        await Promise.all(ids.slice(at, at + stride).map((id) => writer.apply(program({ id }))));
      }
      let unknown = 0;
      let waited = 0;
      const lookUpAll = async () => {
        for (let at = 0; at < programs; at += stride) {
          const asked = ids.slice(at, at + stride).flatMap((id) => {
            return Array.from({ length: callers }, () => cache.lookup(id));
          });
          waited += asked.filter((each) => each instanceof Promise).length;
          for (const each of asked) if (versionIn(await each) !== 1) unknown++;
          await new Promise((next) => setImmediate(next));
        }
      };
      await redis.client.config('RESETSTAT');
      const filledFromMs = performance.now();
      await lookUpAll();
      const fillMs = performance.now() - filledFromMs;
      const first = await fetches();
      say(`${programs} programs are in memory, within ${fillMs.toFixed(0)} ms.`);

      waited = 0;
      let peak = 0;
      let seen = { atMs: performance.now(), fetches: first };
      while (performance.now() < filledFromMs + fillMs + ttlMs) {
        await lookUpAll();
        const now = { atMs: performance.now(), fetches: await fetches() };
        if (now.atMs - seen.atMs < 250) continue;
        peak = Math.max(peak, ((now.fetches - seen.fetches) / (now.atMs - seen.atMs)) * 1_000);
        seen = now;
      }
      await lookUpAll();
      const again = (await fetches()) - first;

      const violations: string[] = [];
      if (fillMs > 0.8 * ttlMs) violations.push(`Filling took ${fillMs.toFixed(0)} ms: too slow to tell`);
      if (first !== programs) violations.push(`${first} fetches brought ${programs} programs into memory`);
      if (again !== programs) violations.push(`${again} fetches followed when ${programs} programs expired`);
      if (unknown > 0) violations.push(`${unknown} lookups did not find their program`);
      // A program is read together with the generation: two commands a fetch.
      const figure =
        `${again} fetches for ${waited} lookups that waited; at most ${(2 * peak).toFixed(0)} commands/s, ` +
        `${told['served stale'] ?? 0} served stale`;
      return { events: null, figure, violations };

      async function fetches(): Promise<number> {
        const stats = await redis.client.info('commandstats');
        // The writer's script reads by HMGET as well, but nothing is written by now.
        return Number(/cmdstat_hmget:calls=(\d+)/.exec(stats)?.[1] ?? 0);
      }
    }),
};
