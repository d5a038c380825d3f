import { realRedisMissing } from '../helpers/redis.ts';
import type { Fault } from './fault.ts';
import { runRedisAway } from './harness/redis-away.ts';

/** Its connections stay, and nothing comes back on them. */
export const fault: Fault = {
  id: 'F17',
  injects: 'Redis stopped (SIGSTOP) for 10 s under load',
  expects: 'commands time out, the link is dropped; cached programs serve',
  missing: realRedisMissing,
  run: (surroundings) =>
    runRedisAway(surroundings, {
      awayMs: surroundings.short ? 1_000 : 10_000,
      go: async (system) => system.realRedis().freeze(),
      comeBack: async (system) => system.realRedis().thaw(),
    }),
};
