import { rebuildProgramStore } from '@trackline/adapters/program-store/rebuild';
import type { Answer } from '../answer.ts';
import type { Context } from '../context.ts';
import { count } from '../table.ts';

/** `program rebuild`: fills the program store from the program table, where it was emptied; with `force` in any case. */
export async function programRebuild(
  { parts }: Context,
  newGeneration: () => string,
  { force }: { readonly force: boolean },
): Promise<Answer> {
  const [table, store] = [await parts.programTable(), await parts.programStoreWriter()];
  const rebuilt = await rebuildProgramStore(table, store, newGeneration, { force });
  return {
    json: rebuilt,
    text: () =>
      rebuilt.rebuilt
        ? `The program store is built: ${count(rebuilt.programs)} programs, deleted ones included.`
        : 'The program store is built already: nothing to do. With --force, every program is written again.',
  };
}
