import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Refusal } from '../refusal.ts';

/**
 * How far each shard of a mapping is done: the sequence number of the last record that will not come again.
 */
export interface Checkpoints {
  get(shardId: string): string | null;
  set(shardId: string, sequenceNumber: string): Promise<void>;
}

/**
 * Checkpoints in a file, written whole, forced to the disk and then put in place, so that a crash, the
 * machine's too, leaves the old ones or the new.
 *
 * @throws Refusal where the file holds something else
 */
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
        await writeThrough(`${file}.new`, text);
        await rename(`${file}.new`, file);
      });
      // The next one writes all anew: that this one failed is its own caller's to hear.
      writing = written.catch(() => {});
      return written;
    },
  };
}

async function writeThrough(file: string, text: string): Promise<void> {
  const handle = await open(file, 'w');
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function read(file: string): Promise<Record<string, string>> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '{}';
    throw error;
  });
  const checkpoints = parse(text);
  if (checkpoints === null) {
    throw new Refusal(
      `${file} holds no checkpoints. Remove it: the stream is then read again from its oldest record, ` +
        'and what is stored already is recognised.',
    );
  }
  return checkpoints;
}

function parse(text: string): Record<string, string> | null {
  try {
    const parsed = JSON.parse(text) as unknown;
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return null;
    const isWhole = Object.values(parsed).every(
      (number) => typeof number === 'string' && /^\d+$/.test(number),
    );
    return isWhole ? (parsed as Record<string, string>) : null;
  } catch {
    return null;
  }
}
