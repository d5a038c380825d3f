import type { ProgramVersion } from '@trackline/domain/program';
import type { ProgramTableReader } from '../program-table/program-table.ts';
import type { ApplyOutcome, ProgramStoreWriter } from './program-store.ts';

export interface Rebuilt {
  /**
   * False where the store had a generation and was left alone, or was built by another, or emptied,
   * meanwhile.
   */
  readonly rebuilt: boolean;
  /** How many programs the table has, tombstones included; all of them were brought to the store. */
  readonly programs: number;
  /** Of how many the store held the table's version with another content. Only `force` replaced it. */
  readonly conflicts: number;
  /** Of how many the store held a newer version, which the table does not know. Only `force` replaced it. */
  readonly older: number;
  /**
   * The store was emptied while it was loaded, and has no generation: it can't be asked until it is rebuilt.
   */
  readonly emptied: boolean;
}

const untouched: Rebuilt = { rebuilt: false, programs: 0, conflicts: 0, older: 0, emptied: false };

/**
 * Loads the program store from the program table, and seals it with a new generation last, so that no reader
 * asks a store that is half built. Safe beside the updater: an update that the table has is read here or was
 * written to Redis by the updater itself, and the newer version wins in either order.
 *
 * @param force also where the store has a generation: brings back what it lost, writes the table's content
 *   over what differs from it, and leaves the generation
 */
export async function rebuildProgramStore(
  table: ProgramTableReader,
  store: ProgramStoreWriter,
  newGeneration: () => string,
  { force = false } = {},
): Promise<Rebuilt> {
  const { generation } = await store.head();
  if (generation !== null && !force) return untouched;
  const building = newGeneration();
  await store.begin(building);
  const found = { programs: 0, conflicts: 0, older: 0 };
  for await (const { program } of table.all()) {
    const outcome = await bring(program, table, store, force);
    found.programs++;
    if (outcome === 'conflict') found.conflicts++;
    if (outcome === 'older') found.older++;
  }
  // Refused where the store was emptied meanwhile: what was loaded before is gone.
  const rebuilt = await store.seal(generation ?? building, building);
  return { rebuilt, ...found, emptied: !rebuilt && (await store.head()).generation === null };
}

async function bring(
  listed: ProgramVersion,
  table: ProgramTableReader,
  store: ProgramStoreWriter,
  force: boolean,
): Promise<ApplyOutcome> {
  const agrees = (outcome: ApplyOutcome) => outcome === 'applied' || outcome === 'same';
  const first = await store.apply(listed);
  if (agrees(first)) return first;
  // The store may be right: the table has got a version since it was listed, and the updater brought it here.
  const newest = async () => (await table.latest(listed.id))?.program ?? listed;
  const outcome = await store.apply(await newest());
  if (agrees(outcome) || !force) return outcome;
  await store.apply(await newest(), { replaces: true });
  // An update that came in between is in the table already, or its updater writes to the store after this.
  await store.apply(await newest());
  return outcome;
}
