import { readFileSync } from 'node:fs';

/** The file system of a path, with what it lies on: `ext4 on /dev/vda`; where the system doesn't tell, `unknown`. */
export function fileSystemOf(path: string): string {
  try {
    return fileSystemIn(readFileSync('/proc/self/mounts', 'utf8'), path);
  } catch {
    return 'unknown';
  }
}

/** @param mounts as of `/proc/self/mounts`: device, mount point, type, and more */
export function fileSystemIn(mounts: string, path: string): string {
  const covering = mounts
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([, point]) => point !== undefined && (`${path}/`.startsWith(`${point}/`) || point === '/'))
    // Of two on one point, the later hides the earlier.
    .sort(([, a], [, b]) => a!.length - b!.length)
    .at(-1);
  return covering === undefined ? 'unknown' : `${covering[2]} on ${covering[0]}`;
}
