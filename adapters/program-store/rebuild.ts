import type { ProgramTable } from '../program-table/program-table.ts';
import type { ProgramStoreWriter } from './program-store.ts';

export interface Rebuilt {
  /** False where the store had a generation and was left alone, or was emptied while it was loaded. */
  readonly rebuilt: boolean;
  /** How many programs, tombstones included, were written. */
  readonly programs: number;
}

/**
 * Loads the program store from the program table, and seals it with a new generation last, so that no reader asks a store that is half built. Safe beside the
 * updater: an update that the table has is read here or was written to Redis by the updater itself, and the newer version wins in either order.
 *
 * @param force also where the store has a generation: brings back what it lost, and leaves the generation
 */
export async function rebuildProgramStore(
  table: ProgramTable,
  store: ProgramStoreWriter,
  newGeneration: () => string,
  { force = false } = {},
): Promise<Rebuilt> {
  const { generation } = await store.head();
  if (generation !== null && !force) return { rebuilt: false, programs: 0 };
  const next = newGeneration();
  await store.begin(next);
  let programs = 0;
  for await (const { program } of table.all()) {
    await store.apply(program);
    programs++;
  }
  // Refused where the store was emptied meanwhile: what was loaded before is gone, and the next rebuild begins anew.
  return { rebuilt: generation !== null || (await store.seal(next)), programs };
}
