import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** The bytes of the heap that are held after `run` and were not before it. */
export async function heldBytes(run: () => unknown): Promise<number> {
  collect();
  const before = process.memoryUsage().heapUsed;
  await run();
  collect();
  return process.memoryUsage().heapUsed - before;
}

/** An id as a call brings it: cut out of a text of 16 KB, which nobody else holds. */
export function cutId(n: number): string {
  return Buffer.alloc(16_384, `program-of-the-call-${n} `)
    .toString('latin1')
    .slice(0, `program-of-the-call-${n}`.length);
}
