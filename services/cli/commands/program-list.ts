import type { StoredVersion } from '@trackline/adapters/program-table/program-table';
import type { Answer } from '../answer.ts';
import type { Context } from '../context.ts';
import { versionJson, versionTable } from '../versions.ts';

/** `program list`: the newest version of every program, by id, from the program table. */
export async function programList(
  { parts }: Context,
  { deleted }: { readonly deleted: boolean },
): Promise<Answer> {
  const table = await parts.programTable();
  const newest: StoredVersion[] = [];
  for await (const version of table.all()) {
    if (deleted || !version.program.deleted) newest.push(version);
  }
  newest.sort((a, b) => (a.program.id < b.program.id ? -1 : 1));
  return {
    json: { programs: newest.map(versionJson) },
    text: (columns) => (newest.length > 0 ? versionTable(newest, columns) : 'There are no programs.'),
  };
}
