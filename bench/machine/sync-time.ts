import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { percentile } from '../../test/faults/harness/percentile.ts';
import { fileSystemOf } from './file-system.ts';

export interface SyncFigures {
  readonly fileSystem: string;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly syncs: number;
}

/** As much as a group of some dozens of events. */
const groupBytes = 16 * 1024;

/**
 * What the disk takes for a group with nothing around it: a write at the end of a file and its `fdatasync`, one after
 * the other.
 */
export async function measureSync(folder: string, syncs: number): Promise<SyncFigures> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, 'sync-time');
  const file = await open(path, 'w');
  const group = Buffer.alloc(groupBytes, 7);
  const microseconds: number[] = [];
  try {
    for (let at = 0; at < syncs; at++) {
      await file.write(group);
      const from = performance.now();
      await file.datasync();
      microseconds.push((performance.now() - from) * 1_000);
    }
  } finally {
    await file.close();
    await rm(path);
  }
  return {
    fileSystem: fileSystemOf(folder),
    p50Us: percentile(microseconds, 0.5),
    p99Us: percentile(microseconds, 0.99),
    syncs,
  };
}
