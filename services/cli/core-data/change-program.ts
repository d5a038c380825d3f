import { sendUpdates } from '@trackline/adapters/event-stream/send-updates';
import type { ProgramStoreReader } from '@trackline/adapters/program-store/program-store';
import type { ProgramTableReader } from '@trackline/adapters/program-table/program-table';
import type { ProgramVersion } from '@trackline/domain/program';
import { formatUpdate } from '@trackline/proto/core-data-update';
import type { Answer } from '../answer.ts';
import type { Context } from '../context.ts';
import { Failure } from '../failure.ts';
import { type Arrival, awaitVersions, inWords } from './await-store.ts';

export interface WaitOptions {
  /** False: done as soon as the stream has the update. */
  readonly wait: boolean;
  /** How long the store may take. */
  readonly timeoutMs: number;
}

/**
 * Makes one change as a business system would: reads the newest version from the program table, puts the next
 * one onto the core-data stream, and waits until the program store has it.
 *
 * @param change makes the next version from the newest one (null: there never was one); the newest one itself
 *   when nothing is to be changed
 * @throws Failure when the stream does not take the update, somebody else's version won, or the store does
 *   not have it in time
 */
export async function changeProgram(
  context: Context,
  id: string,
  options: WaitOptions,
  change: (newest: ProgramVersion | null) => ProgramVersion,
): Promise<Answer> {
  const table = await context.parts.programTable();
  const newest = (await table.latest(id))?.program ?? null;
  const next = change(newest);
  const changed = next !== newest;
  // Before anything is sent: where the store is not known, nothing has been changed yet.
  const reader = options.wait ? await context.parts.programStoreReader() : null;
  if (changed) await send(context, next, options);
  if (reader) await arrive(context, table, reader, next, options.timeoutMs);
  return {
    json: { program: JSON.parse(formatUpdate(next)), changed, arrived: options.wait },
    text: () => describe(next, changed, options.wait),
  };
}

/** What the newest version is, for a change that needs a program to be there. */
export function existing(id: string, newest: ProgramVersion | null) {
  if (newest === null) throw new Failure(`There is no program ${id}. "trackline program list" names all.`);
  if (newest.deleted) {
    throw new Failure(
      `The program ${id} was deleted (version ${newest.version}). Bring it back with "program put".`,
    );
  }
  return newest;
}

async function send(context: Context, program: ProgramVersion, { timeoutMs }: WaitOptions): Promise<void> {
  const stream = await context.parts.coreDataStream();
  const { clock, random } = context;
  const [error] = await sendUpdates([program], { stream, clock, random, giveUpAfterMs: timeoutMs });
  if (error !== null)
    throw new Failure(
      `The core-data stream did not take the update (${error}). See "trackline program get ${program.id}" before you try again.`,
    );
}

async function arrive(
  context: Context,
  table: ProgramTableReader,
  reader: ProgramStoreReader,
  program: ProgramVersion,
  timeoutMs: number,
): Promise<void> {
  const [arrival] = await awaitVersions([program], { reader, clock: context.clock, timeoutMs });
  const trouble = await explain(program, arrival!, table, timeoutMs);
  if (trouble !== null) throw new Failure(trouble);
}

/** What went wrong with a version that was sent, and the way out; null when nothing did. */
export async function explain(
  program: ProgramVersion,
  arrival: Arrival,
  table: ProgramTableReader,
  timeoutMs: number,
): Promise<string | null> {
  const { id, version } = program;
  const look = `Look at it with "trackline program get ${id} --history", then try again.`;
  switch (arrival.kind) {
    case 'arrived':
      return null;
    case 'conflict':
      return `Conflict: version ${version} of ${id} came from somebody else first, with another content; that one stands. ${look}`;
    case 'newer':
      return (await isInHistory(program, table))
        ? `Version ${version} of ${id} was taken, but version ${arrival.version} from somebody else is newer, and rules. ${look}`
        : `Conflict: somebody else was faster with ${id}, whose version is ${arrival.version} now; version ${version} was not taken. ${look}`;
    case 'unasked':
      return (
        `Whether version ${version} of ${id} is in the program store is not known: it can't be asked (${arrival.why}). ` +
        `The update is on the core-data stream. Is Redis running? Then see "trackline program get ${id}".`
      );
    default:
      return (
        `Version ${version} of ${id} is not in the program store after ${timeoutMs / 1000} s: it ${inWords(arrival)}. ` +
        `The update is on the core-data stream; is the core-data updater running? See "trackline program get ${id}".`
      );
  }
}

async function isInHistory(program: ProgramVersion, table: ProgramTableReader): Promise<boolean> {
  for await (const { program: held } of table.history(program.id)) {
    if (held.version === program.version) return formatUpdate(held) === formatUpdate(program);
    if (held.version < program.version) break;
  }
  return false;
}

function describe(program: ProgramVersion, changed: boolean, waited: boolean): string {
  const { id, version } = program;
  const state = program.deleted ? 'deleted' : program.status;
  if (!changed) return `${id} is ${state} already, in version ${version}: nothing was sent.`;
  return waited
    ? `${id} is ${state}: version ${version} is in the program store.`
    : `${id} will be ${state}: version ${version} is on the core-data stream.`;
}
