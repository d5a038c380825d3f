import { describe, expect, test } from 'vitest';
import {
  cpuMicroseconds,
  onCpuMicroseconds,
  processTree,
  residentBytesIn,
  ticksMicroseconds,
} from './cpu-time.ts';

describe('what the kernel tells of a process', () => {
  test('is nanoseconds on a CPU, first in a schedstat', () => {
    expect(onCpuMicroseconds('2489820000 72286 51\n')).toBe(2_489_820);
  });

  test('is ticks of 10 ms in a stat, behind a name that may hold anything', () => {
    const stat = '42 (a) b (c) R 1 1 1 0 -1 4194304 119 0 0 0 7 5 0 0 20 0 1 0 3332390';
    expect(ticksMicroseconds(stat)).toBe(120_000);
  });

  test('is resident memory in KiB in a status', () => {
    expect(residentBytesIn('Name:\tnode\nVmHWM:\t   900 kB\nVmRSS:\t   512 kB\n')).toBe(512 * 1024);
  });
});

describe.skipIf(process.platform !== 'linux')('the CPU time of a process', () => {
  test('grows by the work that it does', () => {
    const before = cpuMicroseconds(process.pid);
    const used = process.cpuUsage();
    while (process.cpuUsage(used).user + process.cpuUsage(used).system < 30_000);
    // What both count is one thing, read at two moments.
    expect(cpuMicroseconds(process.pid) - before).toBeGreaterThan(20_000);
  });

  test('counts it with its descendants', () => {
    expect(processTree(process.ppid)).toContain(process.pid);
  });

  test('of one that is gone is an error that names it', () => {
    expect(() => cpuMicroseconds(2 ** 30)).toThrow(/process 1073741824/);
  });
});
