import type { ProgramStoreWriter } from '@trackline/adapters/program-store/program-store';
import { keys } from '@trackline/adapters/program-store/program-store';
import { connectProgramStoreWriter } from '@trackline/adapters/program-store/program-store.redis';
import type { ProgramLookup } from '@trackline/domain/decide';
import { formatUpdate } from '@trackline/proto/core-data-update';
import type { ProgramCache } from '@trackline/tracker/program-cache/program-cache';
import { connectedProgramCache } from '../../helpers/connected-program-cache.ts';
import { program, seal } from '../../helpers/programs.ts';
import { type RealRedis, realRedisMissing, startRealRedis } from '../../helpers/redis.ts';
import { until } from '../../helpers/until.ts';

/** The production cache on a real Redis, and the production writer. */
export interface CachedPrograms {
  readonly redis: RealRedis;
  readonly writer: ProgramStoreWriter;
  /** Opens a cache, and waits until it is coherent. `told` counts what it tells of itself. */
  open(
    options?: Partial<Parameters<typeof connectedProgramCache>[0]>,
  ): Promise<{ readonly cache: ProgramCache; readonly told: Readonly<Record<string, number>> }>;
  /** Writes as the writer's script does, and announces nothing. */
  writeSilently(id: string, version: number): Promise<void>;
}

/** Builds it, runs `body`, and takes it down again. */
export async function withCachedPrograms<T>(body: (parts: CachedPrograms) => Promise<T>): Promise<T> {
  if (realRedisMissing !== null) throw new Error(`A real Redis is needed: ${realRedisMissing}`);
  const redis = await startRealRedis();
  const writer = connectProgramStoreWriter({ url: redis.url, commandTimeoutMs: 10_000 });
  const undo: (() => Promise<unknown>)[] = [() => redis.stop(), () => writer.close()];
  try {
    await seal(writer);
    return await body({
      redis,
      writer,
      async open(options = {}) {
        const opened = connectedProgramCache({ linkPort: redis.port, dataPort: redis.port, ...options });
        undo.push(() => opened.cache.close());
        await until('the cache to be coherent', () => opened.cache.coherent);
        return opened;
      },
      async writeSilently(id, version) {
        const fields = { version: String(version), program: formatUpdate(program({ id, version })) };
        await redis.client.multi().hset(keys.program(id), fields).incr(keys.seq).exec();
      },
    });
  } finally {
    for (const stop of undo.reverse()) await stop().catch(() => {});
  }
}

/** 0: the lookup gave no program. */
export function versionIn(lookup: ProgramLookup): number {
  return lookup.kind === 'known' ? lookup.program.version : 0;
}

/**
 * How long it takes until the cache answers with `version` or a newer one, in ms.
 *
 * @throws Error where that takes far longer than any bound
 */
export async function staleFor(cache: ProgramCache, id: string, version: number): Promise<number> {
  const fromMs = performance.now();
  const seen = async () => versionIn(await cache.lookup(id)) >= version;
  await until(`version ${version} of ${id}`, seen, staleMsMax);
  return performance.now() - fromMs;
}

/** Five times what is promised: the machine is shared. The figure tells what it was. */
const staleMsMax = 5 * 4_000;
