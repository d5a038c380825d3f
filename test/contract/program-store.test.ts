import { connectAnnouncements } from '@trackline/adapters/program-store/announcements.redis';
import {
  type Announcement,
  type AnnouncementLink,
  keys,
  ProgramStoreError,
  type ProgramStoreReader,
  type ProgramStoreWriter,
} from '@trackline/adapters/program-store/program-store';
import {
  connectProgramStoreReader,
  connectProgramStoreWriter,
} from '@trackline/adapters/program-store/program-store.redis';
import { systemClock } from '@trackline/domain/clock';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { program, seal, tombstone } from '../helpers/programs.ts';
import { skipWithout } from '../helpers/real-parts.ts';
import { realRedisMissing, startNpmRedis, startRealRedis, type TestRedis } from '../helpers/redis.ts';
import { until } from '../helpers/until.ts';

const servers = [
  ['a real Redis', startRealRedis, realRedisMissing],
  ['the npm-only Redis', startNpmRedis, null],
] as const;

describe.each(servers)('the program store on %s', (name, start, missing) => {
  describe.skipIf(skipWithout(name, missing))('contract', () => {
    let redis: TestRedis;
    let writer: ProgramStoreWriter;
    let reader: ProgramStoreReader;
    let link: AnnouncementLink;
    let heard: (Announcement | null)[] = [];
    let damaged: string[] = [];

    beforeAll(async () => {
      redis = await start();
      writer = connectProgramStoreWriter({ url: redis.url, commandTimeoutMs: 2_000 });
      reader = connectProgramStoreReader({
        url: redis.url,
        commandTimeoutMs: 2_000,
        onDamaged: (_, detail) => damaged.push(detail),
      });
      link = connectAnnouncements({
        url: redis.url,
        clock: systemClock,
        random: Math.random,
        pingEveryMs: 1_000,
        pingTimeoutMs: 1_000,
      });
      await new Promise<void>((subscribed) => {
        link.open({
          onSubscribed: subscribed,
          onAnnouncement: (announcement) => heard.push(announcement),
          onLost: () => {},
        });
      });
    });
    afterAll(async () => {
      await Promise.all([writer?.close(), reader?.close(), link?.close()]);
      await redis?.stop();
    });
    beforeEach(async () => {
      await redis.client.flushall();
      heard = [];
      damaged = [];
    });

    test('a version is applied, counted and announced whole', async () => {
      expect(await writer.apply(program())).toBe('applied');
      expect(await writer.head()).toEqual({ seq: 1, generation: null });
      await until('the announcement', () => heard.length === 1);
      expect(heard).toEqual([{ seq: 1, program: program() }]);
      expect(await reader.fetch('shoes')).toEqual({ program: program(), generation: null });
    });

    test('an older version changes nothing and is not announced', async () => {
      await writer.apply(program({ version: 5 }));
      expect(await writer.apply(program({ version: 4, status: 'paused' }))).toBe('older');
      expect(await writer.apply(program({ version: 5 }))).toBe('same');
      expect((await reader.fetch('shoes')).program).toEqual(program({ version: 5 }));
      expect((await writer.head()).seq).toBe(1);
    });

    test('an equal version with another content is a conflict, and the first stays', async () => {
      await writer.apply(program({ version: 5 }));
      expect(await writer.apply(program({ version: 5, status: 'paused' }))).toBe('conflict');
      expect((await reader.fetch('shoes')).program).toEqual(program({ version: 5 }));
    });

    test('a deletion keeps an older update from bringing the program back', async () => {
      await writer.apply(program({ version: 1 }));
      expect(await writer.apply(tombstone('shoes', 3))).toBe('applied');
      expect(await writer.apply(program({ version: 2 }))).toBe('older');
      expect((await reader.fetch('shoes')).program).toEqual(tombstone('shoes', 3));
    });

    test('versions compare exactly up to 2^53 − 1', async () => {
      const last = Number.MAX_SAFE_INTEGER;
      expect(await writer.apply(program({ version: last - 1 }))).toBe('applied');
      expect(await writer.apply(program({ version: last }))).toBe('applied');
      expect(await writer.apply(program({ version: last - 1 }))).toBe('older');
      await until('both announcements', () => heard.length === 2);
      expect(heard[1]?.program.version).toBe(last);
    });

    test('a store has no generation until it is sealed, and is sealed once', async () => {
      expect(await reader.fetch('nobody')).toEqual({ program: null, generation: null });
      expect(await seal(writer, 'g1')).toBe(true);
      expect(await seal(writer, 'g2')).toBe(false);
      expect(await reader.head()).toEqual({ seq: 0, generation: 'g1' });
    });

    test('sealing it again as what it is asks for a mark that nothing has emptied', async () => {
      await seal(writer, 'g1');
      await writer.begin('b1');
      expect(await writer.seal('g1', 'b1')).toBe(true);
      expect(await redis.client.exists(keys.building('b1'))).toBe(0);
      expect(await writer.seal('g1', 'b1')).toBe(false);
      await writer.begin('b2');
      expect(await writer.seal('g2', 'b2')).toBe(false);
      expect(await writer.head()).toEqual({ seq: 0, generation: 'g1' });
    });

    test('a store that was emptied while it was built is not sealed', async () => {
      await writer.begin('g1');
      await writer.apply(program());
      await redis.client.flushall();
      expect(await writer.seal('g1')).toBe(false);
      expect((await reader.head()).generation).toBeNull();
    });

    test('what the store lost is absent, under the generation that it has', async () => {
      await seal(writer, 'g1');
      await writer.apply(program());
      await redis.client.del(keys.program('shoes'));
      expect(await reader.fetch('shoes')).toEqual({ program: null, generation: 'g1' });
      expect(damaged).toEqual([]);
    });

    const hash = (fields: Record<string, string>) => () => redis.client.hset(keys.program('shoes'), fields);
    const body = (version: number, id = 'shoes') => JSON.stringify({ id, version, deleted: true });
    const broken: [string, () => Promise<unknown>][] = [
      ['another type under the key', () => redis.client.lpush(keys.program('shoes'), 'x')],
      ['half a hash', hash({ version: '1' })],
      ['the other half', hash({ program: '{}' })],
      ['a version that is no number', hash({ version: 'x', program: '{}' })],
      ['a program that is no JSON', hash({ version: '5', program: '{' })],
      ['the same of a newer version', hash({ version: '10', program: '{' })],
      ['a program that is no object', hash({ version: '5', program: 'null' })],
      ['an infinite version', hash({ version: 'inf', program: '{}' })],
      ['a version in another notation', hash({ version: '1e1', program: body(10) })],
      ['a version beyond 2^53 over an old body', hash({ version: '9007199254740993', program: body(2) })],
      [
        'a version beyond 2^53',
        hash({ version: '9007199254740993', program: '{"id":"shoes","version":9007199254740993}' }),
      ],
      ['another version than it says', hash({ version: '10', program: body(11) })],
      ['a version that is a text', hash({ version: '10', program: '{"id":"shoes","version":"10"}' })],
      ['another program', hash({ version: '10', program: body(10, 'boots') })],
    ];
    test.each(broken)(
      '%s is damage and not absence, is told, and is mended by the next version',
      async (_, damage) => {
        await damage();
        expect(await reader.fetch('shoes')).toEqual({ program: null, damaged: true, generation: null });
        expect(damaged).toHaveLength(1);
        expect(await writer.apply(program({ version: 5 }))).toBe('applied');
        expect(await reader.fetch('shoes')).toEqual({ program: program({ version: 5 }), generation: null });
        expect(damaged).toHaveLength(1);
      },
    );

    test('a version that may replace any does, and is announced; the same one once more does not', async () => {
      await writer.apply(program({ version: 9 }));
      expect(await writer.apply(program({ version: 5 }), { replaces: true })).toBe('applied');
      const other = program({ version: 5, status: 'paused' });
      expect(await writer.apply(other, { replaces: true })).toBe('applied');
      expect(await writer.apply(other, { replaces: true })).toBe('same');
      expect((await reader.fetch('shoes')).program).toEqual(other);
      await until('the announcements', () => heard.length === 3);
    });

    test('a counter that can’t count: nothing is written, and all is announced when it comes again', async () => {
      await redis.client.set(keys.seq, 'x');
      await expect(writer.apply(program())).rejects.toBeInstanceOf(ProgramStoreError);
      expect((await reader.fetch('shoes')).program).toBeNull();
      await redis.client.del(keys.seq);
      expect(await writer.apply(program())).toBe('applied');
      await until('the announcement', () => heard.length === 1);
      expect(heard).toEqual([{ seq: 1, program: program() }]);
    });

    test.each([
      'not JSON',
      '{}',
      '{"seq":1}',
      '{"seq":1.5,"program":{}}',
      '[]',
      '{"seq":1,"program":{"id":"x"}}',
    ])('a message that is no announcement: %s', async (text) => {
      await redis.client.publish(keys.channel, text);
      await until('the message', () => heard.length === 1);
      expect(heard).toEqual([null]);
    });

    test('versions in any order, repeated: no older one ever wins', async () => {
      const anyVersions = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 100 });
      await fc.assert(
        fc.asyncProperty(anyVersions, async (versions) => {
          await redis.client.flushall();
          let newest = 0;
          for (const version of versions) {
            const outcome = await writer.apply(program({ version }));
            expect(outcome).toBe(version > newest ? 'applied' : version === newest ? 'same' : 'older');
            newest = Math.max(newest, version);
          }
          expect((await reader.fetch('shoes')).program?.version).toBe(newest);
        }),
        { numRuns: 20 },
      );
    });
  });
});

describe.skipIf(skipWithout('a real Redis', realRedisMissing))('a Redis that stands still', () => {
  test('holds up nobody who closes', async () => {
    const redis = await startRealRedis();
    onTestFinished(() => redis.stop());
    const target = { url: redis.url, commandTimeoutMs: 2_000 };
    const clients = [connectProgramStoreReader(target), connectProgramStoreWriter(target)];
    for (const client of clients) await until('a connection', () => client.head().catch(() => null));
    redis.freeze();
    const fromMs = performance.now();
    await Promise.all(clients.map((client) => client.close()));
    const tookMs = performance.now() - fromMs;
    // Were an answer waited for, it would be for the socket's two seconds.
    const boundMs = 1_000;
    process.stdout.write(`   closed on a stopped Redis: ${tookMs.toFixed(1)} ms (at most ${boundMs} ms)\n`);
    expect(tookMs).toBeLessThan(boundMs);
  });
});
