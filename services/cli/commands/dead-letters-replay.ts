import type {
  DeadLetterSummary,
  DeadLettersReplayer,
  WholeDeadLetter,
} from '@trackline/adapters/event-store/dead-letters';
import { sourceRecords } from '@trackline/adapters/kinesis-records/kinesis-records';
import type { ListedBatch, OnFailureDestination } from '@trackline/adapters/on-failure/on-failure';
import type { Answer } from '../answer.ts';
import type { Context } from '../context.ts';
import { exitCodes, Failure } from '../failure.ts';
import { type Replayable, type Replayed, type ReplayOptions, replay } from '../replay.ts';
import { count, table } from '../table.ts';
import { dayOf } from '../time.ts';
import { noLetter } from './dead-letters.ts';
import { isBatchKey, noBatch } from './on-failure.ts';

export interface ReplaySelection {
  /** Letters and batches, as the lists name them. */
  readonly ids: readonly string[];
  /** Those that arrived, or were given up, on this day (UTC). */
  readonly day?: string | undefined;
  /** Letters of these reasons, of the day or of all days. */
  readonly reasons?: readonly string[] | undefined;
  /** Batches, not letters. */
  readonly onFailure: boolean;
}

/** `dead-letters replay …`: puts records back onto their streams, each once unless told otherwise. */
export async function deadLettersReplay(
  context: Context,
  selection: ReplaySelection,
  options: ReplayOptions,
): Promise<Answer> {
  const items = await select(context, checked(selection));
  const replayed = await replay(context, items, options);
  const counts = { replayed: 0, skipped: 0, failed: 0 };
  for (const { outcome } of replayed) counts[outcome]++;
  return {
    json: { dryRun: options.dryRun, ...counts, letters: replayed },
    text: (columns) => describe(replayed, counts, options, columns),
    finding:
      counts.failed > 0
        ? `${count(counts.failed)} of ${count(replayed.length)} could not be put back.`
        : undefined,
  };
}

function checked(selection: ReplaySelection): ReplaySelection {
  const { ids, day, reasons, onFailure } = selection;
  const usage = (message: string) => new Failure(message, { exitCode: exitCodes.usage });
  const isNamed = ids.length > 0;
  if (!isNamed && day === undefined && reasons === undefined && !onFailure) {
    throw usage('What is to be replayed? Name ids, or --day, --all-of or --on-failure. (--help tells more)');
  }
  if (isNamed && (day !== undefined || reasons !== undefined || onFailure)) {
    throw usage(
      'Ids name all that there is to be replayed: neither --day nor --all-of nor --on-failure beside them.',
    );
  }
  if (onFailure && reasons !== undefined)
    throw usage('Batches that were given up have no reason: no --all-of.');
  return selection;
}

async function select(
  { parts }: Context,
  { ids, day, reasons, onFailure }: ReplaySelection,
): Promise<readonly Replayable[]> {
  if (ids.length > 0) return Promise.all([...new Set(ids)].map((id) => named(parts, id)));
  if (onFailure) {
    const destination = await parts.onFailure();
    const batches: Replayable[] = [];
    for await (const batch of destination.list()) {
      if (day === undefined || dayOf(batch.atMs) === day) batches.push(ofBatch(batch, destination));
    }
    return batches;
  }
  const table = await parts.deadLetters();
  const letters: DeadLetterSummary[] = [];
  for await (const letter of day === undefined ? table.listAll() : table.list(day)) {
    if (reasons === undefined || reasons.includes(letter.reason)) letters.push(letter);
  }
  return letters.map((letter) => ofLetter(letter, table));
}

async function named(parts: Context['parts'], id: string): Promise<Replayable> {
  if (isBatchKey(id)) {
    const destination = await parts.onFailure();
    const batch = await destination.get(id);
    if (batch === null) throw noBatch(id);
    return ofBatch(batch, destination);
  }
  const table = await parts.deadLetters();
  const letter = await table.get(id);
  if (letter === null) throw noLetter(id);
  return ofLetter(letter, table, letter);
}

function ofLetter(
  { id, replayedAtMs }: DeadLetterSummary,
  table: DeadLettersReplayer,
  known: WholeDeadLetter | null = null,
): Replayable {
  return {
    id,
    replayedAtMs,
    async load() {
      const letter = known ?? (await table.get(id));
      if (letter === null) throw noLetter(id);
      return [letter];
    },
    mark: (atMs) => table.markReplayed(id, atMs),
  };
}

function ofBatch({ key, replayedAtMs, records }: ListedBatch, destination: OnFailureDestination): Replayable {
  return {
    id: key,
    replayedAtMs,
    load: async () => sourceRecords({ Records: [...records] }).map(({ whole }) => whole),
    mark: (atMs) => destination.markReplayed(key, atMs),
  };
}

function describe(
  replayed: readonly Replayed[],
  counts: Readonly<Record<Replayed['outcome'], number>>,
  { dryRun }: ReplayOptions,
  columns: number,
): string {
  const summary = [
    `${count(counts.replayed)} ${dryRun ? 'would be replayed' : 'replayed'}`,
    `${count(counts.skipped)} skipped${counts.skipped > 0 ? ' (replayed before; --again takes them, too)' : ''}`,
    `${count(counts.failed)} failed`,
  ].join(', ');
  const failed = replayed.filter(({ outcome }) => outcome === 'failed');
  if (failed.length === 0) return `${summary}.`;
  const rows = failed.map(({ id, detail }) => [id, detail]);
  return `${table(['ID', { prose: 'WHY IT FAILED' }], rows, columns)}\n\n${summary}.`;
}
