import { connectAnnouncements } from '@trackline/adapters/program-store/announcements.redis';
import { keys, type ProgramStoreWriter } from '@trackline/adapters/program-store/program-store';
import {
  connectProgramStoreReader,
  connectProgramStoreWriter,
} from '@trackline/adapters/program-store/program-store.redis';
import { systemClock } from '@trackline/domain/clock';
import type { ProgramLookup } from '@trackline/domain/decide';
import { formatUpdate } from '@trackline/proto/core-data-update';
import { ProgramCache } from '@trackline/tracker/program-cache/program-cache';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { program, seal, tombstone } from '../helpers/programs.ts';
import { skipWithout } from '../helpers/real-parts.ts';
import { type RealRedis, realRedisMissing, startRealRedis } from '../helpers/redis.ts';
import { startTcpProxy } from '../helpers/tcp-proxy.ts';
import { until } from '../helpers/until.ts';

/** The production cache on a real Redis. Figures are printed; what is asserted are counts, and bounds far above what was seen. */
describe.skipIf(skipWithout('a real Redis', realRedisMissing))('the program cache on a real Redis', () => {
  let redis: RealRedis;
  let writer: ProgramStoreWriter;
  let closing: (() => Promise<unknown>)[] = [];
  /** How often each named event happened. */
  let told: Record<string, number> = {};

  beforeEach(async () => {
    told = {};
    redis = await startRealRedis();
    writer = connectProgramStoreWriter({ url: redis.url, commandTimeoutMs: 10_000 });
    await seal(writer);
    closing = [() => writer.close()];
  });
  afterEach(async () => {
    for (const close of closing.reverse()) await close();
    await redis.stop();
  });

  async function openCache({ linkPort = redis.port, dataPort = redis.port } = {}) {
    const note = (name: string) => () => {
      told[name] = (told[name] ?? 0) + 1;
    };
    const cache = new ProgramCache({
      reader: connectProgramStoreReader({
        url: `redis://127.0.0.1:${dataPort}`,
        commandTimeoutMs: 1_500,
      }),
      link: connectAnnouncements({
        url: `redis://127.0.0.1:${linkPort}`,
        clock: systemClock,
        random: Math.random,
        pingEveryMs: 1_000,
        pingTimeoutMs: 1_000,
      }),
      clock: systemClock,
      random: Math.random,
      limits: {
        entriesMax: 100_000,
        ttlMs: 600_000,
        staleMs: 86_400_000,
        negativeEntriesMax: 10_000,
        negativeTtlMs: 5_000,
        pollEveryMs: 1_000,
        fetchesMax: 1_000,
      },
      telemetry: {
        cacheCoherent: note('coherent'),
        cacheIncoherent: note('incoherent'),
        epochRaised: ({ cause }) => note(`epoch ${cause}`)(),
        fetchFailed: ({ code }) => note(`failed ${code}`)(),
        staleFetch: note('staleFetch'),
        servedUnrevalidated: note('servedUnrevalidated'),
        servedStale: note('servedStale'),
        announcementUnreadable: note('announcementUnreadable'),
      },
    });
    closing.push(() => cache.close());
    cache.open();
    await until('the cache to be coherent', () => cache.coherent);
    return cache;
  }

  const versionOf = (lookup: ProgramLookup) => (lookup.kind === 'known' ? lookup.program.version : 0);
  const report = (line: string) => process.stdout.write(`   ${line}\n`);

  /** Resolves with the ms until the cache answers with `version` or a newer one. */
  async function sees(cache: ProgramCache, version: number, id = 'shoes'): Promise<number> {
    const fromMs = performance.now();
    await until(`version ${version}`, async () => versionOf(await cache.lookup(id)) >= version);
    return performance.now() - fromMs;
  }

  /** Writes as the script does, but for the announcement. */
  async function writeSilently(version: number): Promise<void> {
    const fields = { version: String(version), program: formatUpdate(program({ version })) };
    await redis.client.multi().hset(keys.program('shoes'), fields).incr(keys.seq).exec();
  }

  test('propagation, over 1,000 updates', async () => {
    const cache = await openCache();
    await writer.apply(program());
    await cache.lookup('shoes');
    const took: number[] = [];
    for (let version = 2; version <= 1_001; version++) {
      const fromMs = performance.now();
      const applied = writer.apply(program({ version }));
      while (versionOf(await cache.lookup('shoes')) !== version)
        await new Promise((next) => setImmediate(next));
      took.push(performance.now() - fromMs);
      await applied;
    }
    took.sort((a, b) => a - b);
    const [p50, p99, max] = [499, 989, 999].map((index) => took[index]!.toFixed(2));
    report(`propagation over 1,000 updates: p50 ${p50} ms, p99 ${p99} ms, max ${max} ms`);
    expect(told).toEqual({ coherent: 1, 'epoch joined': 1 });
  });

  test('saturating updates raise no false epoch', async () => {
    const cache = await openCache();
    await writer.apply(program());
    await cache.lookup('shoes');
    const fromMs = performance.now();
    let version = 1;
    // Over several polls, so that polls and announcements overtake each other.
    while (performance.now() - fromMs < 4_000) {
      await Promise.all(Array.from({ length: 100 }, () => writer.apply(program({ version: ++version }))));
    }
    await sees(cache, version);
    report(`${version} updates in 4 s: epoch ${cache.stats().epoch}`);
    expect(version).toBeGreaterThan(1_000);
    expect(told).toEqual({ coherent: 1, 'epoch joined': 1 });
  });

  test('a swallowed message is found by the poll, or by the next message', async () => {
    const cache = await openCache();
    await writer.apply(program());
    await cache.lookup('shoes');
    await writeSilently(2);
    const byPollMs = await sees(cache, 2);
    expect(told['epoch ahead']).toBe(1);

    await writeSilently(3);
    await writer.apply(program({ id: 'other' }));
    const byGapMs = await sees(cache, 3);
    expect(told['epoch gap']).toBe(1);
    report(
      `a swallowed message: stale for ${byPollMs.toFixed(0)} ms until polls tell, ${byGapMs.toFixed(0)} ms until the next message does`,
    );
  });

  test('a half-open link', async () => {
    const proxy = await startTcpProxy(redis.port);
    closing.push(() => proxy.close());
    const cache = await openCache({ linkPort: proxy.port });
    await writer.apply(program());
    await cache.lookup('shoes');
    proxy.blackhole();
    await writer.apply(program({ version: 2, status: 'paused' }));
    const staleMs = await sees(cache, 2);
    report(`a half-open link: stale for ${staleMs.toFixed(0)} ms`);
    await until('the link to be built anew', () => told.coherent === 2);
    await writer.apply(program({ version: 3 }));
    await sees(cache, 3);
  });

  test.each(['linkPort', 'dataPort'])(
    'a server that takes %s’s connection and never says a word',
    async (port) => {
      const proxy = await startTcpProxy(redis.port, { silentFirst: 1 });
      closing.push(() => proxy.close());
      const fromMs = performance.now();
      const cache = await openCache({ [port]: proxy.port });
      report(`${port} mute at first: coherent after ${(performance.now() - fromMs).toFixed(0)} ms`);
      expect(proxy.connections).toBe(2);
      await writer.apply(program());
      await sees(cache, 1);
    },
  );

  test('Redis killed, restarted empty, rebuilt', async () => {
    const cache = await openCache();
    await writer.apply(program());
    expect(versionOf(await cache.lookup('shoes'))).toBe(1);
    await redis.kill();
    await until('the loss to be noticed', () => !cache.coherent);
    expect(versionOf(await cache.lookup('shoes'))).toBe(1);
    // At once, and not by a promise: nobody waits for what can't come.
    for (let i = 0; i < 1_000; i++) expect(cache.lookup(`never-${i}`)).toEqual({ kind: 'unknowable' });

    await redis.restart();
    await until('a connection', () => redis.client.status === 'ready');
    // Empty, and without a generation: it can't be asked, and what is held goes on.
    for (let i = 0; i < 100; i++) {
      expect((await cache.lookup('never')).kind).toBe('unknowable');
      expect(versionOf(await cache.lookup('shoes'))).toBe(1);
      await new Promise((next) => setImmediate(next));
    }
    await writer.apply(program({ version: 7 }));
    await seal(writer);
    const fromMs = performance.now();
    await until('the cache to be coherent again', () => cache.coherent);
    await sees(cache, 7);
    report(`Redis killed and rebuilt: coherent ${(performance.now() - fromMs).toFixed(0)} ms after the seal`);
    expect((await cache.lookup('never')).kind).toBe('unknown');
  });

  test('Redis flushed while nobody looks: no program turns unknown', async () => {
    const cache = await openCache();
    const ids = Array.from({ length: 200 }, (_, i) => `p${i}`);
    for (const id of ids) await writer.apply(program({ id }));
    for (const id of ids.slice(0, 100)) await cache.lookup(id);
    await redis.client.flushall();
    const kinds = new Set<string>();
    await until('the loss to be noticed', async () => {
      for (const id of ids) kinds.add((await cache.lookup(id)).kind);
      return !cache.coherent;
    });
    for (const id of ids) kinds.add((await cache.lookup(id)).kind);
    expect([...kinds].toSorted()).toEqual(['known', 'unknowable']);
    for (const id of ids) await writer.apply(program({ id, version: 2 }));
    await seal(writer);
    await until('all to be known again', async () => {
      const lookups = await Promise.all(ids.map((id) => cache.lookup(id)));
      return lookups.every((lookup) => versionOf(lookup) === 2);
    });
  });

  test('Redis frozen: a miss waits for the command’s time-out at most, and the cache recovers', async () => {
    const cache = await openCache();
    await writer.apply(program());
    await cache.lookup('shoes');
    redis.freeze();
    const fromMs = performance.now();
    expect((await cache.lookup('never')).kind).toBe('unknowable');
    report(`a miss on a frozen Redis: ${(performance.now() - fromMs).toFixed(0)} ms (time-out 1,500 ms)`);
    expect(versionOf(await cache.lookup('shoes'))).toBe(1);
    await until('the link to be dropped', () => !cache.coherent);
    redis.thaw();
    await until('the cache to be coherent again', () => cache.coherent);
    await writer.apply(program({ version: 2 }));
    await sees(cache, 2);
  });

  test('an older version never comes back, and a tombstone makes a program unknown', async () => {
    const cache = await openCache();
    await writer.apply(program({ version: 5 }));
    await sees(cache, 5);
    // Announced by hand, as a message that was delayed would be.
    const late = {
      seq: 1,
      id: 'shoes',
      version: 4,
      program: JSON.parse(formatUpdate(program({ version: 4 }))),
    };
    await redis.client.publish(keys.channel, JSON.stringify(late));
    await writer.apply(program({ id: 'after' }));
    await sees(cache, 1, 'after');
    expect(versionOf(await cache.lookup('shoes'))).toBe(5);

    await writer.apply(tombstone('shoes', 6));
    await until('the deletion', async () => (await cache.lookup('shoes')).kind === 'unknown');
    await writer.apply(program({ version: 5 }));
    expect((await cache.lookup('shoes')).kind).toBe('unknown');
    await writer.apply(program({ version: 7 }));
    await sees(cache, 7);
    expect(told['epoch gap']).toBeUndefined();
  });

  test('1,000 concurrent misses of one id make one fetch', async () => {
    const cache = await openCache();
    await writer.apply(program());
    await redis.client.config('RESETSTAT');
    const lookups = await Promise.all(Array.from({ length: 1_000 }, () => cache.lookup('shoes')));
    expect(lookups.every((lookup) => versionOf(lookup) === 1)).toBe(true);
    // The script reads by HMGET as well, but nothing was written since.
    const stats = await redis.client.info('commandstats');
    expect(/cmdstat_hmget:calls=(\d+)/.exec(stats)?.[1]).toBe('1');
  });

  test('100,000 unknown ids are bounded', async () => {
    const cache = await openCache();
    const before = process.memoryUsage().rss;
    const fromMs = performance.now();
    let most = 0;
    const kinds: Record<string, number> = {};
    for (let i = 0; i < 100_000; i += 500) {
      const found = Array.from({ length: 500 }, (_, j) => cache.lookup(`unknown-${i + j}`));
      most = Math.max(most, cache.stats().fetches);
      for (const { kind } of await Promise.all(found)) kinds[kind] = (kinds[kind] ?? 0) + 1;
    }
    const { negativeEntries, entries, fetches } = cache.stats();
    const grown = (process.memoryUsage().rss - before) / 2 ** 20;
    const seconds = ((performance.now() - fromMs) / 1000).toFixed(1);
    report(
      `100,000 unknown ids in ${seconds} s: RSS +${grown.toFixed(0)} MiB, at most ${most} fetches at once`,
    );
    expect({ entries, fetches, negativeEntries }).toEqual({
      entries: 0,
      fetches: 0,
      negativeEntries: 10_000,
    });
    expect(kinds).toEqual({ unknown: 100_000 });

    // All at once: what is beyond the bound of fetches is not unknown, but unknowable.
    const flood = await Promise.all(Array.from({ length: 5_000 }, (_, i) => cache.lookup(`flood-${i}`)));
    expect(flood.filter(({ kind }) => kind === 'unknowable')).toHaveLength(4_000);
    expect(told['failed TOO_MANY_FETCHES']).toBe(4_000);
  });
});
