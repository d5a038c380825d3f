import { program } from '../helpers/programs.ts';
import { realRedisMissing } from '../helpers/redis.ts';
import type { Fault } from './fault.ts';
import { staleFor, withCachedPrograms } from './harness/cached-programs.ts';

/** What nobody hears of is found by the poll, or by the number of the next announcement. */
export const fault: Fault = {
  id: 'F19',
  injects: 'one pub/sub message swallowed',
  expects: 'the gap is seen, by the poll or by the next message',
  missing: realRedisMissing,
  run: ({ short, say }) =>
    withCachedPrograms(async ({ writer, open, writeSilently }) => {
      const { cache, told } = await open();
      const rounds = short ? 2 : 20;
      const byPoll: number[] = [];
      const byNext: number[] = [];
      await writer.apply(program());
      await staleFor(cache, 'shoes', 1);
      for (let round = 1; round <= rounds; round++) {
        await writeSilently('shoes', 2 * round);
        byPoll.push(await staleFor(cache, 'shoes', 2 * round));
        await writeSilently('shoes', 2 * round + 1);
        await writer.apply(program({ id: 'other', version: round }));
        byNext.push(await staleFor(cache, 'shoes', 2 * round + 1));
        say(`Round ${round} of ${rounds}: ${byPoll.at(-1)!.toFixed(0)} and ${byNext.at(-1)!.toFixed(0)} ms.`);
      }
      const { 'epoch ahead': ahead = 0, 'epoch gap': gaps = 0 } = told;
      // A poll may come between the two messages of a round, and see it first.
      const seen = ahead + gaps;
      const violations =
        seen === 2 * rounds ? [] : [`${2 * rounds} messages were swallowed, and ${seen} gaps were seen`];
      const figure =
        `stale for ${Math.max(...byPoll).toFixed(0)} ms at most until a poll, ` +
        `${Math.max(...byNext).toFixed(0)} ms until the next message`;
      return { events: null, figure, violations };
    }),
};
