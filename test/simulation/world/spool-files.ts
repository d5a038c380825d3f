import type { AppendFile, FolderLock, SpoolFiles } from '@trackline/tracker/shipping/disk/spool-files';
import type { Chance } from './chance.ts';
import { type Disk, Folder, failure, Inode } from './disk.ts';
import type { Process } from './process.ts';

/** What is wrong with a disk. */
export interface DiskFaults {
  /** How likely a write takes only some of the bytes. */
  shortWrites: number;
  /** How likely a sync fails. */
  syncFailures: number;
  /** How likely a write fails for what is no lack of room. */
  writeFailures: number;
  /** How long an operation may take. */
  operationMsMax: number;
}

export const healthyDisk: Readonly<DiskFaults> = {
  shortWrites: 0.01,
  syncFailures: 0,
  writeFailures: 0,
  operationMsMax: 1,
};

/** The disk of a machine, with the locks that its processes hold. */
export interface Drive {
  readonly disk: Disk;
  readonly faults: DiskFaults;
  readonly locks: Map<string, Process>;
  /** How many operations it failed. */
  failures: number;
}

/** The file system as one process has it. */
export function mount(drive: Drive, process: Process, chance: Chance): SpoolFiles {
  const { disk, faults, locks } = drive;
  const operate = <T>(effect: () => T, tear = () => {}): Promise<T> =>
    process.request({
      thereMs: chance.between(0.02, faults.operationMsMax),
      backMs: chance.between(0, 0.1),
      effect,
      tear,
    });

  function fails(code: 'EIO' | 'ENOSPC' | 'ENOENT', path: string): never {
    drive.failures++;
    throw failure(code, path);
  }

  function fileAt(path: string): Inode {
    const found = disk.find(path);
    if (!(found instanceof Inode)) throw failure('ENOENT', path);
    return found;
  }

  function makeFile(path: string): Inode {
    const { folder, name } = disk.folderOf(path);
    if (folder === undefined) throw failure('ENOENT', path);
    if (folder.entries.has(name)) throw failure('EEXIST', path);
    if (disk.freeBytes <= 0) fails('ENOSPC', path);
    const made = new Inode();
    folder.entries.set(name, made);
    return made;
  }

  function append(inode: Inode, path: string, bytes: Uint8Array): number {
    if (chance.happens(faults.writeFailures)) fails('EIO', path);
    if (disk.freeBytes <= 0) fails('ENOSPC', path);
    const most = chance.happens(faults.shortWrites) ? 1 + chance.int(bytes.length) : bytes.length;
    const taken = Math.min(most, disk.freeBytes);
    inode.append(bytes.subarray(0, taken));
    disk.freeBytes -= taken;
    return taken;
  }

  function sync(inode: Inode, path: string): Promise<void> {
    const snapshot = inode.snapshot();
    return operate(() => {
      if (!chance.happens(faults.syncFailures)) {
        inode.synced(snapshot);
        return;
      }
      inode.syncFailed(snapshot, chance);
      fails('EIO', path);
    });
  }

  function open(inode: Inode, path: string): AppendFile {
    return {
      append: (bytes) =>
        operate(
          () => append(inode, path, bytes),
          () => append(inode, path, bytes.subarray(0, 1 + chance.int(bytes.length))),
        ),
      sync: () => sync(inode, path),
      truncate: (length) =>
        operate(() => {
          disk.freeBytes += Math.max(0, inode.size - length);
          inode.truncate(length);
        }),
      close: () => operate(() => undefined),
    };
  }

  return {
    makeFolder: (path) => operate(() => disk.makeFolder(path)),
    list: (path) =>
      operate(() => {
        const found = disk.find(path);
        return found instanceof Folder ? [...found.entries.keys()] : [];
      }),
    create: (path) => operate(() => open(makeFile(path), path)),
    read: (path, offset, bytesMax) =>
      operate(() => {
        const { content, size } = fileAt(path);
        return content.slice(offset, Math.min(size, offset + bytesMax));
      }),
    sync(path) {
      const found = disk.find(path);
      return found instanceof Inode ? sync(found, path) : operate(() => fails('ENOENT', path));
    },
    size: (path) => operate(() => fileAt(path).size),
    remove: (path) => operate(() => disk.remove(path)),
    syncFolder: (path) =>
      operate(() => {
        if (chance.happens(faults.syncFailures)) fails('EIO', path);
        const found = disk.find(path);
        if (found instanceof Folder) found.sync();
      }),
    lock: (path) =>
      operate(() => {
        if (!(disk.find(path) instanceof Inode)) makeFile(path);
        if (locks.get(path)?.alive) return null;
        locks.set(path, process);
        return { free: () => operate(() => void locks.delete(path)) } satisfies FolderLock;
      }),
  };
}
