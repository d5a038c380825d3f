import type { ProgramStoreReader } from '@trackline/adapters/program-store/program-store';
import type { StoredVersion } from '@trackline/adapters/program-table/program-table';
import type { Answer } from '../answer.ts';
import type { Context } from '../context.ts';
import { type Arrival, awaitVersions, inWords } from '../core-data/await-store.ts';
import { Failure } from '../failure.ts';
import { limits } from '../limits.ts';
import { pairs } from '../table.ts';
import { shortIso } from '../time.ts';
import { versionJson, versionTable } from '../versions.ts';

/**
 * `program get ID`: the newest version, from the program table, and whether the program store has it too;
 * with `history` every version, newest first.
 */
export async function programGet(
  context: Context,
  id: string,
  { history }: { readonly history: boolean },
): Promise<Answer> {
  const table = await context.parts.programTable();
  const newest = await table.latest(id);
  if (newest === null) throw new Failure(`There is no program ${id}. "trackline program list" names all.`);
  if (history) {
    const versions: StoredVersion[] = [];
    for await (const version of table.history(id)) versions.push(version);
    return {
      json: { versions: versions.map(versionJson) },
      text: (columns) => versionTable(versions, columns),
    };
  }
  const store = await storeState(context, newest);
  return { json: { ...versionJson(newest), store }, text: () => describe(newest, inWords(store)) };
}

/**
 * What the program store says of the newest version. The answer must not depend on Redis, so its trouble is
 * part of it.
 */
async function storeState({ parts, clock }: Context, { program }: StoredVersion): Promise<Arrival> {
  let reader: ProgramStoreReader;
  try {
    reader = await parts.programStoreReader();
  } catch (error) {
    if (error instanceof Failure) return { kind: 'unasked', why: 'REDIS_URL is not set' };
    throw error;
  }
  const arrivals = await awaitVersions([program], { reader, clock, timeoutMs: limits.storeCommandTimeoutMs });
  return arrivals[0]!;
}

function describe({ program, storedAtMs }: StoredVersion, store: string): string {
  const { id, version } = program;
  const head: [string, string][] = [
    ['id', id],
    ['version', String(version)],
  ];
  const foot: [string, string][] = [
    ['stored at', shortIso(storedAtMs)],
    ['program store', store],
  ];
  if (program.deleted) return pairs([...head, ['status', 'deleted'], ...foot]);
  return pairs([
    ...head,
    ['status', program.status],
    ['name', program.name],
    ['valid from', program.validFromMs === null ? 'always' : shortIso(program.validFromMs)],
    ['valid until', program.validUntilMs === null ? 'for ever' : shortIso(program.validUntilMs)],
    ['landing URL', program.landingUrl],
    ['deep-link hosts', program.deepLinkHosts.join(', ') || 'none'],
    ['signing keys', program.signingKeyIds.join(', ') || 'none'],
    ...foot,
  ]);
}
