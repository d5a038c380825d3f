import { realRedisMissing } from '../helpers/redis.ts';
import type { Fault } from './fault.ts';
import { runRedisAway } from './harness/redis-away.ts';

/** It comes back empty, and is rebuilt from the program table. */
export const fault: Fault = {
  id: 'F16',
  injects: 'Redis killed for 60 s under load',
  expects: 'cached programs serve; misses fail fast, and are never "unknown"',
  missing: realRedisMissing,
  run: (surroundings) =>
    runRedisAway(surroundings, {
      awayMs: surroundings.short ? 1_000 : 60_000,
      go: (system) => system.realRedis().kill(),
      async comeBack(system) {
        await system.realRedis().restart();
        await system.consumers.rebuild();
      },
    }),
};
