import { mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AppendFile, SpoolFiles } from './spool-files.ts';

// By the file's open description: F_OFD_SETLK, or flock.
const { tryLock } = createRequire(import.meta.url)('fs-native-extensions') as {
  tryLock(file: number): boolean;
};

/** The file system of this machine. What is made is for its owner alone: events tell of people. */
export const nodeSpoolFiles: SpoolFiles = {
  async makeFolder(path) {
    await mkdir(path, { recursive: true, mode: 0o700 });
  },

  async list(path) {
    return readdir(path).catch(ifAbsent<string[]>([]));
  },

  async create(path) {
    const file = await open(path, 'wx', 0o600);
    let end = 0;
    return {
      async append(bytes) {
        const { bytesWritten } = await file.write(bytes, 0, bytes.length, end);
        end += bytesWritten;
        return bytesWritten;
      },
      sync: () => file.datasync(),
      async truncate(length) {
        await file.truncate(length);
        end = length;
      },
      close: () => file.close(),
    } satisfies AppendFile;
  },

  async read(path, offset, bytesMax) {
    const file = await open(path, 'r');
    try {
      const bytes = Buffer.allocUnsafe(bytesMax);
      let length = 0;
      while (length < bytesMax) {
        const { bytesRead } = await file.read(bytes, length, bytesMax - length, offset + length);
        if (bytesRead === 0) break;
        length += bytesRead;
      }
      return bytes.subarray(0, length);
    } finally {
      await file.close();
    }
  },

  async sync(path) {
    const file = await open(path, 'r');
    try {
      await file.datasync();
    } finally {
      await file.close();
    }
  },

  async size(path) {
    return (await stat(path)).size;
  },

  async remove(path) {
    await rm(path, { force: true });
  },

  async syncFolder(path) {
    const folder = await open(path, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  },

  async lock(path) {
    const file = await open(path, 'a', 0o600);
    if (tryLock(file.fd)) return { free: () => file.close() };
    await file.close();
    return null;
  },
};

function ifAbsent<T>(value: T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (error.code === 'ENOENT') return value;
    throw error;
  };
}
