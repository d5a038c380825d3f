import { describe, expect, test } from 'vitest';
import type { Round } from '../rounds/measure.ts';
import type { Measured } from '../rounds/rounds.ts';
import { asContenders, contenderFigures, nested, workerFigures } from './figures.ts';

const round = (cpuUs: number, rps = 1_000): Round => ({ cpuUs, rps, p50Us: 1, p99Us: 2, p999Us: 3, busy: 1 });
const measured = (name: string, ...rounds: (Round | null)[]): Measured => ({
  name,
  rounds,
  rssBytes: 2 * 1024 ** 2,
  heapBytes: null,
});

describe('a contender’s figures', () => {
  test('are medians, with their ratios to those of the same kind of call', () => {
    const figures = contenderFigures([
      measured('pixel.bare', round(10, 4_000), round(10, 4_000)),
      measured('pixel.fastify', round(20), round(20)),
      measured('click.fastify', round(1), round(1)),
      measured('pixel.memory', round(30, 2_000), round(50, 2_000)),
    ]);
    expect(figures['pixel.memory']).toMatchObject({
      cpuUs: 40,
      cpuVsFastify: 2,
      cpuVsBare: 4,
      rpsVsBare: 0.5,
      cpuSpread: 0.5,
      rssMb: 2,
      heapMb: null,
      voidRounds: 0,
    });
    expect(figures['pixel.fastify']).not.toHaveProperty('cpuVsFastify');
  });

  test('leave void rounds out, on either side of a ratio', () => {
    const figures = contenderFigures([
      measured('pixel.fastify', round(10), round(99), null),
      measured('pixel.memory', round(20), null, round(99)),
    ]);
    expect(figures['pixel.memory']).toMatchObject({ cpuVsFastify: 2, rounds: 2, voidRounds: 1 });
  });

  test('are none where all rounds are void', () => {
    expect(contenderFigures([measured('pixel.memory', null)])).toEqual({});
  });

  test('are found again in those of a run', () => {
    const figures = contenderFigures([
      measured('pixel.memory', round(1)),
      measured('click.memory', round(2)),
    ]);
    expect(asContenders({ date: 'today', sync: { p50Us: 1 }, ...nested(figures) })).toEqual(figures);
  });
});

test('two workers are beside one process', () => {
  const runs = [measured('pixel.memory', round(10)), measured('pixel.memory2', round(11))];
  expect(workerFigures(runs)).toEqual({ workers: { cpuRatio: 1.1 } });
  expect(workerFigures(runs.slice(1))).toEqual({});
});
