import { dirname } from 'node:path';
import type { FolderLock, SpoolFiles } from './spool-files.ts';
import { codeOf } from './system-error.ts';
import type { SpoolTelemetry } from './telemetry.ts';

/** A folder of segments that is ours alone. */
export interface Slot {
  readonly folder: string;
  readonly lock: FolderLock;
}

const named = /^slot-[1-9]\d{0,3}$/;
const slotsMax = 9_999;
const closed = new Set(['EACCES', 'EPERM', 'EROFS', 'EINVAL']);

/**
 * Takes the first slot that nobody holds. By a lock of the operating system: it ends with its process, and a number of
 * a process in a file would outlive it, and come to name another.
 *
 * @throws the system's error where the folder can't be used
 */
export async function takeSlot(files: SpoolFiles, root: string): Promise<Slot> {
  await files.makeFolder(root);
  await syncAbove(files, root);
  for (let number = 1; number <= slotsMax; number++) {
    const folder = `${root}/slot-${number}`;
    await files.makeFolder(folder);
    const lock = await files.lock(`${folder}/lock`);
    if (lock !== null) {
      await files.syncFolder(root).catch(async (error: unknown) => {
        await lock.free();
        throw error;
      });
      return { folder, lock };
    }
  }
  throw new Error(`All ${slotsMax} slots of ${root} are taken.`);
}

/** Takes the slots, besides `own`, whose trackers are gone. One that can't be looked into is passed over, and told. */
export async function takeOrphans(
  files: SpoolFiles,
  root: string,
  own: Slot,
  telemetry: Pick<SpoolTelemetry, 'segmentUnreadable'>,
): Promise<Slot[]> {
  const orphans: Slot[] = [];
  for (const name of await files.list(root)) {
    const folder = `${root}/${name}`;
    if (!named.test(name) || folder === own.folder) continue;
    try {
      const lock = await files.lock(`${folder}/lock`);
      if (lock !== null) orphans.push({ folder, lock });
    } catch (error) {
      telemetry.segmentUnreadable({ segment: folder, code: codeOf(error) });
    }
  }
  return orphans;
}

/** Makes what was made on the way to a folder durable: nobody knows whether an earlier start came so far. */
async function syncAbove(files: SpoolFiles, folder: string): Promise<void> {
  const above = dirname(folder);
  if (above === folder) return;
  try {
    await files.syncFolder(above);
  } catch (error) {
    // In one that may not be opened, or can't be synced at all, nothing was made.
    if (closed.has(codeOf(error))) return;
    throw error;
  }
  await syncAbove(files, above);
}
