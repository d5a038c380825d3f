import { type Rebuilt, rebuildProgramStore } from '@trackline/adapters/program-store/rebuild';
import type { Answer } from '../answer.ts';
import type { Context } from '../context.ts';
import { count } from '../table.ts';

/**
 * `program rebuild`: fills the program store from the program table, where it was emptied; with `force` in
 * any case.
 */
export async function programRebuild(
  { parts }: Context,
  newGeneration: () => string,
  { force }: { readonly force: boolean },
): Promise<Answer> {
  const [table, store] = [await parts.programTable(), await parts.programStoreWriter()];
  const rebuilt = await rebuildProgramStore(table, store, newGeneration, { force });
  return { json: rebuilt, text: () => inWords(rebuilt), finding: findingOf(rebuilt, force) };
}

function inWords({ rebuilt, programs, emptied }: Rebuilt): string {
  if (rebuilt) return `The program store is built: ${count(programs)} programs, deleted ones included.`;
  if (emptied) return 'The program store is not built.';
  return programs > 0
    ? 'The program store was built by another meanwhile.'
    : 'The program store is built already: nothing to do. With --force, every program is written again.';
}

/** A store that lost what it got, or that holds what the table does not know. */
function findingOf({ emptied, conflicts, older }: Rebuilt, force: boolean): string | undefined {
  if (emptied) return 'The program store was emptied while it was loaded. Run the command again.';
  if (conflicts + older === 0) return undefined;
  const kinds = [
    ...(conflicts > 0 ? [`programs with another content: ${count(conflicts)}`] : []),
    ...(older > 0 ? [`newer versions: ${count(older)}`] : []),
  ].join(', ');
  const [what, next] = force
    ? ['held', 'They were replaced; a tracker that has read one keeps it until its program cache is emptied.']
    : ['holds', 'With --force, the program table replaces them.'];
  return `The program store ${what} what the program table does not know (${kinds}). ${next}`;
}
