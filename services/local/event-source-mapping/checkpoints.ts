import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** How far each shard of a mapping is done: the sequence number of the last record that will not come again. */
export interface Checkpoints {
  get(shardId: string): string | null;
  set(shardId: string, sequenceNumber: string): Promise<void>;
}

/** Checkpoints in a file, written whole and then put in place, so that a crash leaves the old ones or the new. */
export async function openCheckpoints(file: string): Promise<Checkpoints> {
  await mkdir(dirname(file), { recursive: true });
  const checkpoints = await read(file);
  let writing = Promise.resolve();
  return {
    get: (shardId) => checkpoints[shardId] ?? null,
    set(shardId, sequenceNumber) {
      checkpoints[shardId] = sequenceNumber;
      const text = JSON.stringify(checkpoints);
      const written = writing.then(async () => {
        await writeFile(`${file}.new`, text);
        await rename(`${file}.new`, file);
      });
      // The next one writes all anew: that this one failed is its own caller's to hear.
      writing = written.catch(() => {});
      return written;
    },
  };
}

async function read(file: string): Promise<Record<string, string>> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Record<string, string>;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
}
