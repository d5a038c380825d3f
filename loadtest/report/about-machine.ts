import { execFileSync } from 'node:child_process';
import { statfsSync } from 'node:fs';
import { cpus, release, totalmem, type } from 'node:os';

/** Where something was measured; each a line of the report. */
export interface AboutMachine {
  readonly machine: string;
  readonly system: string;
  readonly fileSystem: string;
  readonly node: string;
  /** The revision of the repository, and whether there were changes beside it. */
  readonly revision: string;
}

/** By the magic numbers of statfs(2). */
const fileSystems = new Map([
  [0xef53, 'ext4'],
  [0x58465342, 'xfs'],
  [0x9123683e, 'btrfs'],
  [0x01021994, 'tmpfs'],
  [0x794c7630, 'overlayfs'],
  [0x2fc12fc1, 'zfs'],
  [0x1a, 'apfs'],
]);

export function aboutMachine(): AboutMachine {
  const processors = cpus();
  const { type: magic } = statfsSync('.');
  return {
    machine: `${processors.length} × ${processors[0]?.model.trim() ?? 'unknown'}, ${gibibytes(totalmem())} GiB`,
    system: `${type()} ${release()}`,
    fileSystem: fileSystems.get(magic) ?? `0x${magic.toString(16)}`,
    node: process.version,
    revision: revision(),
  };
}

function gibibytes(bytes: number): string {
  return (bytes / 2 ** 30).toFixed(0);
}

function revision(): string {
  const git = (...words: string[]) =>
    execFileSync('git', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    const isChanged = git('status', '--porcelain', '--untracked-files=no') !== '';
    return git('rev-parse', '--short', 'HEAD') + (isChanged ? ', with changes' : '');
  } catch {
    return 'unknown';
  }
}
