import type { ProgramVersion } from '@trackline/domain/program';
import { describe, expect, test } from 'vitest';
import { FakeClock } from '../../../test/helpers/fake-clock.ts';
import { program as anyProgram } from '../../../test/helpers/programs.ts';
import { awaitVersions, compare } from './await-store.ts';

const program = (id: string, version: number, name = id) => anyProgram({ id, version, name });

describe('compare', () => {
  const ours = program('a', 2);
  test.each([
    ['the same', program('a', 2), 'g', { kind: 'arrived' }],
    ['another content', program('a', 2, 'x'), 'g', { kind: 'conflict' }],
    [
      'a tombstone of the same version',
      { deleted: true, id: 'a', version: 2 } as const,
      'g',
      { kind: 'conflict' },
    ],
    ['a newer one', program('a', 4), 'g', { kind: 'newer', version: 4 }],
    ['an older one', program('a', 1), 'g', { kind: 'older', version: 1 }],
    ['none', null, 'g', { kind: 'absent' }],
    ['the same, in a store that is not built', program('a', 2), null, { kind: 'not_built' }],
  ])('%s', (_, held, generation, arrival) => {
    expect(compare(ours, { program: held, generation })).toEqual(arrival);
  });
});

describe('awaitVersions', () => {
  /** Waits while `store` may change at the times given, in milliseconds. */
  async function wait(
    programs: readonly ProgramVersion[],
    changes: Readonly<Record<number, () => void>>,
    fetch: (id: string) => ProgramVersion | null,
  ) {
    const clock = new FakeClock();
    const arrived: number[] = [];
    let done = false;
    const reader = {
      fetch: async (id: string) => ({ program: fetch(id), generation: 'g' }),
      head: async () => ({ seq: 0, generation: 'g' }),
      close: async () => {},
    };
    const waiting = awaitVersions(programs, {
      reader,
      clock,
      timeoutMs: 1_000,
      onArrived: (n) => arrived.push(n),
    }).then((result) => {
      done = true;
      return result;
    });
    for (let ms = 0; !done; ms += 10) {
      changes[ms]?.();
      await clock.advance(10);
    }
    return { arrivals: await waiting, arrived, elapsedMs: clock.monotonicMs() };
  }

  test('is over when the store has all', async () => {
    const store = new Map<string, ProgramVersion>();
    const [a, b] = [program('a', 1), program('b', 7)];
    const { arrivals, arrived, elapsedMs } = await wait(
      [a, b],
      { 100: () => store.set('a', a), 500: () => store.set('b', b) },
      (id) => store.get(id) ?? null,
    );
    expect(arrivals).toEqual([{ kind: 'arrived' }, { kind: 'arrived' }]);
    expect(arrived).toEqual([1, 2]);
    expect(elapsedMs).toBeLessThan(800);
  });

  test('gives up a time-out after the last arrival, not after the first call', async () => {
    const store = new Map<string, ProgramVersion>();
    const [a, b] = [program('a', 1), program('b', 1)];
    const { arrivals, elapsedMs } = await wait(
      [a, b],
      { 900: () => store.set('a', a) },
      (id) => store.get(id) ?? null,
    );
    expect(arrivals).toEqual([{ kind: 'arrived' }, { kind: 'absent' }]);
    expect(elapsedMs).toBeGreaterThanOrEqual(1_900);
    expect(elapsedMs).toBeLessThan(2_300);
  });

  test('asks after the first ones alone, yet overlooks none that arrived before them', async () => {
    const programs = Array.from({ length: 200 }, (_, index) => program(`p${index}`, 1));
    const asked = new Map<string, number>();
    const { arrivals } = await wait(programs, {}, (id) => {
      asked.set(id, (asked.get(id) ?? 0) + 1);
      return Number(id.slice(1)) < 100 ? null : program(id, 1);
    });
    expect(arrivals.filter(({ kind }) => kind === 'arrived')).toHaveLength(100);
    expect(asked.get('p0')).toBeGreaterThan(5);
    expect(asked.get('p199')).toBe(1);
  });

  test('bears a store that can’t be asked, and says so in the end', async () => {
    let failing = true;
    const fetch = (): ProgramVersion => {
      if (failing) throw new Error('Connection is closed.');
      return program('a', 1);
    };
    const mended = await wait(
      [program('a', 1)],
      {
        300: () => {
          failing = false;
        },
      },
      fetch,
    );
    expect(mended.arrivals).toEqual([{ kind: 'arrived' }]);
    failing = true;
    const { arrivals } = await wait([program('a', 1)], {}, fetch);
    expect(arrivals).toEqual([{ kind: 'unasked', why: 'Connection is closed.' }]);
  });
});
