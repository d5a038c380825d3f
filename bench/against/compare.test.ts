import { describe, expect, test } from 'vitest';
import type { Measured } from '../rounds/rounds.ts';
import { compared, comparisonRows } from './compare.ts';

const measured = (name: string, ...cpu: (number | null)[]): Measured => ({
  name,
  rounds: cpu.map((cpuUs) =>
    cpuUs === null ? null : { cpuUs, rps: 100_000 / cpuUs, p50Us: 1, p99Us: 1, p999Us: 1, busy: 1 },
  ),
  rssBytes: 0,
  heapBytes: null,
});

describe('a contender of two builds', () => {
  test('is a change where all rounds agree', () => {
    const [comparison] = compared([
      measured('pixel.memory', 22, 11, 33, 11, 11),
      measured('pixel.memory@abc', 20, 10, 30, 10, 10),
    ]);
    expect(comparison).toMatchObject({ name: 'pixel.memory', cpu: { isChange: true, rounds: 5 } });
    expect(comparison!.cpu.median).toBeCloseTo(1.1);
    expect(comparisonRows([comparison!], 'abc')[1]).toEqual(
      expect.arrayContaining(['× 1.100', 'worse', '× 0.909', 'worse']),
    );
  });

  test('is within the noise where they do not', () => {
    const [comparison] = compared([
      measured('pixel.disk', 9, 11, 12, 12, 12),
      measured('pixel.disk@abc', 10, 10, 10, 10, 10),
    ]);
    expect(comparison).toMatchObject({ cpu: { isChange: false, least: 0.9, most: 1.2, rounds: 5 } });
  });

  test('is no change by four rounds, which agree by chance', () => {
    const [comparison] = compared([
      measured('pixel.disk', 9, 9, 9, 9),
      measured('pixel.disk@abc', 10, 10, 10, 10),
    ]);
    expect(comparison!.cpu.isChange).toBe(false);
  });

  test('is compared by the rounds that are void of neither', () => {
    const [comparison] = compared([
      measured('pixel.disk', 9, null, 1),
      measured('pixel.disk@abc', 10, 1, null),
    ]);
    expect(comparison!.cpu).toMatchObject({ median: 0.9, rounds: 1 });
  });

  test('is not compared without the other', () => {
    expect(compared([measured('pixel.bare', 1), measured('pixel.memory', 1)])).toEqual([]);
  });
});
