import { execFile } from 'node:child_process';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { SpoolFiles } from '@trackline/tracker/shipping/disk/spool-files';
import { nodeSpoolFiles } from '@trackline/tracker/shipping/disk/spool-files.node';
import { systemError } from '../../../helpers/system-error.ts';

/** A disk so small that it is soon full, with the folder of a spool on it. */
export interface SmallDisk {
  readonly folder: string;
  readonly files: SpoolFiles;
  /** How it is made. */
  readonly kind: string;
  /** Somebody else takes all the room that is left. */
  fill(): Promise<void>;
  /** That somebody gives it back. */
  giveRoom(): Promise<void>;
  close(): Promise<void>;
}

const run = promisify(execFile);
const bytes = 16 * 1024 * 1024;

/** A file system of its own, in memory; null where this machine does not let us mount one. */
export async function mountSmallDisk(): Promise<SmallDisk | null> {
  const mounted = await mkdtemp(join(tmpdir(), 'trackline-small-disk-'));
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', mounted]);
  } catch {
    await rm(mounted, { recursive: true });
    return null;
  }
  const filler = join(mounted, 'filler');
  return {
    folder: join(mounted, 'spool'),
    files: nodeSpoolFiles,
    kind: 'a tmpfs',
    async fill() {
      const file = await open(filler, 'a');
      const piece = Buffer.alloc(4096, 1);
      const isFull = async () =>
        (await file.write(piece).catch(() => ({ bytesWritten: 0 }))).bytesWritten === 0;
      while (!(await isFull()));
      await file.close();
    },
    giveRoom: () => rm(filler),
    async close() {
      await run('umount', [mounted]);
      await rm(mounted, { recursive: true });
    },
  };
}

/** The files of this machine, of which as many bytes are taken as there is said to be room for. */
export async function limitedDisk(): Promise<SmallDisk> {
  const folder = await mkdtemp(join(tmpdir(), 'trackline-small-disk-'));
  let roomBytes = bytes;
  const lengths = new Map<string, number>();
  const resized = (path: string, length: number) => {
    roomBytes += (lengths.get(path) ?? 0) - length;
    lengths.set(path, length);
  };
  const files: SpoolFiles = {
    ...nodeSpoolFiles,
    async create(path) {
      const file = await nodeSpoolFiles.create(path);
      return {
        ...file,
        async append(data) {
          if (roomBytes <= 0) throw systemError('ENOSPC', path);
          const taken = await file.append(data.subarray(0, roomBytes));
          resized(path, (lengths.get(path) ?? 0) + taken);
          return taken;
        },
        async truncate(to) {
          await file.truncate(to);
          resized(path, to);
        },
      };
    },
    async remove(path) {
      await nodeSpoolFiles.remove(path);
      resized(path, 0);
    },
  };
  let filled = 0;
  return {
    folder,
    files,
    kind: 'a shim that counts bytes',
    async fill() {
      // Some are left, for a write that is cut in its middle.
      filled += roomBytes - 100;
      roomBytes = 100;
    },
    async giveRoom() {
      roomBytes += filled;
      filled = 0;
    },
    close: () => rm(folder, { recursive: true }),
  };
}
