import type { ProgramStatus } from '@trackline/domain/program';
import type { Answer } from '../answer.ts';
import type { Context } from '../context.ts';
import { changeProgram, existing, type WaitOptions } from '../core-data/change-program.ts';

/** `program pause ID`, `program resume ID`: sends the next version, which differs in its status alone. */
export async function programStatus(
  context: Context,
  id: string,
  status: ProgramStatus,
  options: WaitOptions,
): Promise<Answer> {
  return changeProgram(context, id, options, (newest) => {
    const program = existing(id, newest);
    return program.status === status ? program : { ...program, status, version: program.version + 1 };
  });
}
