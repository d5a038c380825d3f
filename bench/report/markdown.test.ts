import { expect, test } from 'vitest';
import { markdown, type RunFigures } from './markdown.ts';

const run: RunFigures = {
  date: '2026-11-24T18:00:00.000Z',
  revision: 'abc',
  quick: false,
  rounds: 5,
  machine: { cpu: 'A CPU', cores: 2, memoryGb: 8, kernel: '6.1', node: 'v24.1.0', serverCore: '1' },
};

test('figures become dated tables, each goal with whether it holds', () => {
  const text = markdown({
    ...run,
    sync: { fileSystem: 'ext4 on /dev/vda', p50Us: 100, p99Us: 300 },
    workers: { cpuRatio: 1.2 },
    f26: {
      capacityRps: 5_000,
      curve: [
        {
          load: 2,
          offeredRps: 10_000,
          goodputRps: 4_900,
          shedRps: 5_100,
          shed: 51_000,
          failed: 0,
          acceptedP50Ms: 3,
          acceptedP99Ms: 41,
        },
      ],
    },
  } as RunFigures);
  expect(text).toContain('### 2026-11-24, Node v24.1.0, revision abc');
  expect(text).toContain('`fdatasync` p50 100 µs, p99 300 µs');
  expect(text).toMatch(/\| `workers.cpuRatio` \| 1.2 \| must ≤ 1.1 × \| \*\*misses\*\* \|/);
  expect(text).toContain('| 2 × 5,000/s | 10,000 | 4,900 | 5,100 | 3 / 41 | 0 |');
});

test('what was not measured has no table', () => {
  expect(markdown(run)).not.toContain('|');
});
