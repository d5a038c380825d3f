import { program } from '../helpers/programs.ts';
import { realRedisMissing } from '../helpers/redis.ts';
import { startTcpProxy } from '../helpers/tcp-proxy.ts';
import { until } from '../helpers/until.ts';
import type { Fault } from './fault.ts';
import { staleFor, withCachedPrograms } from './harness/cached-programs.ts';

/** The connection stands, and what is announced gets lost on it. */
export const fault: Fault = {
  id: 'F18',
  injects: 'a half-open subscriber connection, and an update',
  expects: 'the update is seen within 4 s, and the link is built anew',
  missing: realRedisMissing,
  run: ({ short, say }) =>
    withCachedPrograms(async ({ redis, writer, open }) => {
      const proxy = await startTcpProxy(redis.port);
      try {
        const { cache, told } = await open({ linkPort: proxy.port });
        const violations: string[] = [];
        const stale: number[] = [];
        const rounds = short ? 2 : 20;
        await writer.apply(program());
        await staleFor(cache, 'shoes', 1);
        for (let round = 1; round <= rounds; round++) {
          const joined = told.coherent ?? 0;
          proxy.blackhole();
          await writer.apply(program({ version: 2 * round }));
          stale.push(await staleFor(cache, 'shoes', 2 * round));
          await until('the link to be built anew', () => (told.coherent ?? 0) > joined);
          // Over the new link, an update is announced again.
          await writer.apply(program({ version: 2 * round + 1 }));
          await staleFor(cache, 'shoes', 2 * round + 1);
          say(`Round ${round} of ${rounds}: stale for ${stale.at(-1)!.toFixed(0)} ms.`);
        }
        if (proxy.connections <= rounds) {
          violations.push(`${proxy.connections} connections in ${rounds} rounds: a dead link was kept`);
        }
        const figure = `stale for ${Math.max(...stale).toFixed(0)} ms at most, in ${rounds} rounds`;
        return { events: null, figure, violations };
      } finally {
        await proxy.close();
      }
    }),
};
