import { execFileSync } from 'node:child_process';
import { cpus, release, totalmem } from 'node:os';
import type { Pinning } from './pinning.ts';

/** Where figures come from: without it they say nothing. */
export interface MachineFigures {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly kernel: string;
  readonly node: string;
  /** Which core the server had for itself; null where nothing was pinned. */
  readonly serverCore: string | null;
}

/** The version of Node that production is meant to run. */
export const productionNode = 'v24';

export function machineFigures({ server }: Pinning): MachineFigures {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    // Also those that this process is kept off.
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 1024 ** 3),
    kernel: release(),
    node: process.version,
    serverCore: server,
  };
}

/** What a working tree is at: its commit, and whether more was changed since; `unknown` where there is no git. */
export function revisionOf(tree: string): string {
  const git = (...args: string[]) => execFileSync('git', ['-C', tree, ...args], { encoding: 'utf8' }).trim();
  try {
    const changed = git('status', '--porcelain', '--untracked-files=no') !== '';
    return `${git('rev-parse', '--short=10', 'HEAD')}${changed ? '-changed' : ''}`;
  } catch {
    return 'unknown';
  }
}
