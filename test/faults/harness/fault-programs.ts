import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Fault } from '../fault.ts';

const folder = join(import.meta.dirname, '..');

/** The ids of all fault programs, which are found by the names of their files: `f08-some-words.ts` is F8. */
export function faultIds(): string[] {
  return [...faultFiles().keys()];
}

/**
 * Loads the fault programs of these ids; of none, all of them.
 *
 * @throws Error naming all ids, where there is no such program
 */
export async function loadFaults(ids: readonly string[]): Promise<Fault[]> {
  const files = faultFiles();
  const wanted = ids.length === 0 ? [...files.keys()] : ids.map((id) => id.toUpperCase());
  const unknown = wanted.filter((id) => !files.has(id));
  if (unknown.length > 0) {
    throw new Error(`There is no fault ${unknown.join(', ')}; there are ${[...files.keys()].join(', ')}.`);
  }
  return Promise.all(
    wanted.map(async (id) => {
      const file = files.get(id)!;
      const { fault } = (await import(pathToFileURL(join(folder, file)).href)) as { fault?: Fault };
      if (fault?.id !== id) throw new Error(`${file} must export the fault ${id}.`);
      return fault;
    }),
  );
}

/** In the order of their numbers, which is that of the names. */
function faultFiles(): Map<string, string> {
  const found = new Map<string, string>();
  for (const file of readdirSync(folder).toSorted()) {
    const number = /^f(\d+)-[a-z0-9-]+\.ts$/.exec(file)?.[1];
    if (number !== undefined) found.set(`F${Number(number)}`, file);
  }
  return found;
}
