import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ConnectedProgramCache, connectedProgramCache } from '../helpers/connected-program-cache.ts';
import { program } from '../helpers/programs.ts';
import { type ScriptedRedis, startScriptedRedis } from '../helpers/scripted-redis.ts';
import { until } from '../helpers/until.ts';

/** What Redis says where it is up and still can't do what it is asked for. */
const errors = [
  ['LOADING', 'LOADING Redis is loading the dataset in memory'],
  ['READONLY', "READONLY You can't write against a read only replica."],
  ['MOVED', 'MOVED 3999 127.0.0.1:6381'],
  ['OOM', "OOM command not allowed when used memory > 'maxmemory'."],
] as const;

describe('a Redis that answers with errors', () => {
  let redis: ScriptedRedis;
  let opened: ConnectedProgramCache;

  beforeEach(async () => {
    redis = await startScriptedRedis();
    redis.programs.set('shoes', program());
  });
  afterEach(async () => {
    await opened.cache.close();
    await redis.close();
  });

  function open(pollEveryMs?: number) {
    opened = connectedProgramCache({
      linkPort: redis.port,
      dataPort: redis.port,
      // A time-out that never comes: what is counted here are Redis's own words.
      commandTimeoutMs: 5_000,
      ...(pollEveryMs !== undefined && { pollEveryMs }),
    });
    return opened;
  }

  describe.each(errors)('%s', (code, error) => {
    test.each(['HMGET', 'GET', 'HMGET and GET'])(
      'to %s: a miss is unknowable and counted by its code, a hit is a hit',
      async (commands) => {
        const { cache, told } = open();
        await until('the cache to be coherent', () => cache.coherent);
        expect(await cache.lookup('shoes')).toMatchObject({ kind: 'known' });
        redis.failWith(error, commands.split(' and '));
        expect(await cache.lookup('never')).toEqual({ kind: 'unknowable' });
        expect(cache.lookup('shoes')).toMatchObject({ kind: 'known', unverified: false });
        expect(told).toEqual({ coherent: 1, 'epoch joined': 1, [`failed ${code}`]: 1 });
        redis.failWith(null);
        expect(await cache.lookup('never')).toEqual({ kind: 'unknown' });
      },
    );

    test('to its polls: the cache is incoherent until they are answered', async () => {
      const { cache, told } = open(20);
      await until('the cache to be coherent', () => cache.coherent);
      redis.failWith(error, ['MGET']);
      await until('the loss to be noticed', () => !cache.coherent);
      expect(cache.lookup('never')).toEqual({ kind: 'unknowable' });
      redis.failWith(null);
      await until('the cache to be coherent again', () => cache.coherent);
      expect(told).toEqual({ coherent: 2, 'epoch joined': 2, 'incoherent polls_failed': 1 });
    });

    test.each([
      ['everything', 'all'],
      ['the subscription', ['SUBSCRIBE']],
    ] as const)('to %s, from the first: it is tried again until that is over', async (_, commands) => {
      redis.failWith(error, commands);
      const { cache, told } = open(20);
      await until('some attempts', () => {
        expect(cache.lookup('shoes')).toEqual({ kind: 'unknowable' });
        return redis.connections > 4;
      });
      redis.failWith(null);
      await until('the cache to be coherent', () => cache.coherent);
      await until('the program', async () => (await cache.lookup('shoes')).kind === 'known');
      expect(told).toMatchObject({ coherent: 1, 'epoch joined': 1 });
    });
  });
});
