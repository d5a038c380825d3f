import { sendUpdates } from '@trackline/adapters/event-stream/send-updates';
import type { ProgramStoreReader } from '@trackline/adapters/program-store/program-store';
import type { ProgramTableReader } from '@trackline/adapters/program-table/program-table';
import { mapBounded } from '@trackline/domain/bounded';
import { formatUpdate } from '@trackline/proto/core-data-update';
import type { Answer } from '../answer.ts';
import type { Context } from '../context.ts';
import { awaitVersions, isSettled } from '../core-data/await-store.ts';
import { explain, type WaitOptions } from '../core-data/change-program.ts';
import { inputName, readInput } from '../core-data/read-input.ts';
import { type PlacedUpdate, readUpdates } from '../core-data/read-updates.ts';
import { Failure } from '../failure.ts';
import { limits } from '../limits.ts';
import { count, table } from '../table.ts';

/**
 * What became of an entry. stored: the program store has it. sent: it is on the core-data stream, and nobody
 * waited. followed: sent, and a newer version of the same file came after it. same, older: the program table
 * has it, or a newer version, already; not sent. conflict, not_sent, unseen: failed, `detail` says why.
 */
const outcomes = ['stored', 'sent', 'followed', 'same', 'older', 'conflict', 'not_sent', 'unseen'] as const;
type Outcome = (typeof outcomes)[number];

const failures: readonly Outcome[] = ['conflict', 'not_sent', 'unseen'];
/** Those that need no word about each entry: an import that is repeated is the same all over. */
const unremarkable: readonly Outcome[] = ['stored', 'sent', 'same'];

interface ImportedEntry extends PlacedUpdate {
  outcome: Outcome;
  detail: string;
}

/**
 * `program import FILE`: sends updates with the versions that the file gives them; all of them are valid, or
 * none is sent.
 */
export async function programImport(context: Context, path: string, options: WaitOptions): Promise<Answer> {
  const { good, bad } = readUpdates(await readInput(path, limits.importBytesMax));
  if (bad.length > 0) throw badFile(path, bad);
  if (good.length === 0) throw new Failure(`${inputName(path)} holds no core-data update.`);

  const programs = await context.parts.programTable();
  const entries = await mapBounded(good, limits.tableReadsMax, (update) =>
    compareWithTable(update, programs),
  );
  const toSend = entries.filter(({ outcome }) => outcome === 'sent');
  // Before anything is sent: where the store is not known, nothing has been changed yet.
  const reader = options.wait ? await context.parts.programStoreReader() : null;
  await send(context, toSend, options);
  if (reader) await arrive(context, programs, reader, toSend, options);
  return answer(entries);
}

function badFile(path: string, bad: readonly string[]): Failure {
  const named = bad.slice(0, limits.badEntriesNamedMax);
  const unnamed = bad.length - named.length;
  return new Failure(`${inputName(path)}: ${count(bad.length)} bad, nothing was sent:`, {
    details: unnamed > 0 ? [...named, `… and ${count(unnamed)} more`] : named,
  });
}

async function compareWithTable(update: PlacedUpdate, programs: ProgramTableReader): Promise<ImportedEntry> {
  const { program } = update;
  const newest = (await programs.latest(program.id))?.program;
  if (!newest || newest.version < program.version) return { ...update, outcome: 'sent', detail: '' };
  if (newest.version > program.version) {
    return { ...update, outcome: 'older', detail: `version ${newest.version} exists` };
  }
  return formatUpdate(newest) === formatUpdate(program)
    ? { ...update, outcome: 'same', detail: '' }
    : { ...update, outcome: 'conflict', detail: 'this version exists with another content' };
}

async function send(
  context: Context,
  entries: readonly ImportedEntry[],
  { timeoutMs }: WaitOptions,
): Promise<void> {
  if (entries.length === 0) return;
  const { clock, random, progress } = context;
  const errors = await sendUpdates(
    entries.map(({ program }) => program),
    {
      stream: await context.parts.coreDataStream(),
      clock,
      random,
      giveUpAfterMs: timeoutMs,
      onSent: (sent) => progress(`${count(sent)} of ${count(entries.length)} sent`),
    },
  );
  entries.forEach((entry, index) => {
    const error = errors[index]!;
    if (error !== null)
      Object.assign(entry, { outcome: 'not_sent', detail: `the core-data stream: ${error}` });
  });
}

/** Waits for the newest version of each program that was sent; the others have been followed by it. */
async function arrive(
  context: Context,
  programs: ProgramTableReader,
  reader: ProgramStoreReader,
  entries: readonly ImportedEntry[],
  { timeoutMs }: WaitOptions,
): Promise<void> {
  const sent = entries.filter(({ outcome }) => outcome === 'sent');
  if (sent.length === 0) return;
  const newest = new Map<string, ImportedEntry>();
  for (const entry of sent) {
    const other = newest.get(entry.program.id);
    if (!other || other.program.version < entry.program.version) newest.set(entry.program.id, entry);
  }
  for (const entry of sent) if (newest.get(entry.program.id) !== entry) entry.outcome = 'followed';

  const awaited = [...newest.values()];
  const arrivals = await awaitVersions(
    awaited.map(({ program }) => program),
    {
      reader,
      clock: context.clock,
      timeoutMs,
      onArrived: (arrived) =>
        context.progress(`${count(arrived)} of ${count(awaited.length)} in the program store`),
    },
  );
  await mapBounded([...awaited.keys()], limits.tableReadsMax, async (index) => {
    const [entry, arrival] = [awaited[index]!, arrivals[index]!];
    const trouble = await explain(entry.program, arrival, programs, timeoutMs);
    entry.outcome = trouble === null ? 'stored' : isSettled(arrival) ? 'conflict' : 'unseen';
    entry.detail = trouble ?? '';
  });
}

function answer(entries: readonly ImportedEntry[]): Answer {
  const counts = Object.fromEntries(
    outcomes.map((outcome) => [outcome, entries.filter((entry) => entry.outcome === outcome).length]),
  ) as Record<Outcome, number>;
  const failed = failures.reduce((sum, outcome) => sum + counts[outcome], 0);
  const shown = entries.map(({ place, program, outcome, detail }) => ({
    place,
    id: program.id,
    version: program.version,
    outcome,
    detail,
  }));
  return {
    json: { counts, entries: shown },
    text: (columns) => describe(counts, shown, columns),
    finding: failed > 0 ? `${count(failed)} of ${count(entries.length)} updates failed.` : undefined,
  };
}

interface ShownEntry {
  readonly place: string;
  readonly id: string;
  readonly version: number;
  readonly outcome: Outcome;
  readonly detail: string;
}

/** How many of each, and by name what did not simply go through. */
function describe(
  counts: Readonly<Record<Outcome, number>>,
  entries: readonly ShownEntry[],
  columns: number,
): string {
  const summary = outcomes.filter((outcome) => counts[outcome] > 0).map((o) => `${count(counts[o])} ${o}`);
  const remarkable = entries.filter(({ outcome }) => !unremarkable.includes(outcome));
  if (remarkable.length === 0) return `${summary.join(', ')}.`;
  const rows = remarkable.map((e) => [e.place, e.id, String(e.version), e.outcome, e.detail]);
  const heads = ['ENTRY', 'ID', 'VERSION', 'OUTCOME', { prose: 'DETAIL' }];
  return `${table(heads, rows, columns)}\n\n${summary.join(', ')}.`;
}
