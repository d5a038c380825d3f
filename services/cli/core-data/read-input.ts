import { createReadStream } from 'node:fs';
import { Failure } from '../failure.ts';

/**
 * Reads a file whole, or standard input where the path is `-`.
 *
 * @throws Failure when it can't be read, or holds more than `bytesMax`
 */
export async function readInput(path: string, bytesMax: number): Promise<Uint8Array> {
  const name = inputName(path);
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of path === '-' ? process.stdin : createReadStream(path)) {
      size += (chunk as Buffer).length;
      if (size > bytesMax) {
        throw new Failure(`${name} is larger than ${bytesMax} bytes; split it.`);
      }
      chunks.push(chunk as Buffer);
    }
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(`${name} can't be read: ${(error as Error).message}`);
  }
  return Buffer.concat(chunks);
}

/** How messages call the file of this path. */
export function inputName(path: string): string {
  return path === '-' ? 'standard input' : path;
}
