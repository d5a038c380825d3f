import { afterAll, beforeAll, describe } from 'vitest';
import { skipWithout } from './real-parts.ts';
import { type RealRedis, realRedisMissing, startRealRedis } from './redis.ts';

/** Runs a suite on a real Redis: one server for all its tests. */
export function onRealRedis(suite: (redis: { readonly server: RealRedis }) => void): void {
  describe.skipIf(skipWithout('a real Redis', realRedisMissing))('a real Redis', () => {
    let server: RealRedis | null = null;
    beforeAll(async () => {
      server = await startRealRedis();
    });
    afterAll(() => server?.stop());
    suite({
      get server() {
        return server!;
      },
    });
  });
}
