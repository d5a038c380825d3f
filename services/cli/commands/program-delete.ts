import type { Answer } from '../answer.ts';
import type { Context } from '../context.ts';
import { changeProgram, existing, type WaitOptions } from '../core-data/change-program.ts';

/** `program delete ID`: sends a deletion as the next version. The program's history and events stay. */
export async function programDelete(context: Context, id: string, options: WaitOptions): Promise<Answer> {
  return changeProgram(context, id, options, (newest) => {
    if (newest?.deleted) return newest;
    return { deleted: true, id, version: existing(id, newest).version + 1 };
  });
}
