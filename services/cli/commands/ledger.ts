import { mapBounded } from '@trackline/domain/bounded';
import type { Interval } from '@trackline/domain/ledger';
import { balance, type WriterBalance } from '@trackline/domain/ledger-balance';
import { width } from '@trackline/domain/ledger-coverage';
import type { Answer } from '../answer.ts';
import type { Context } from '../context.ts';
import { Failure } from '../failure.ts';
import { limits } from '../limits.ts';
import { type Cell, count, counted, table } from '../table.ts';
import { iso } from '../time.ts';

export interface LedgerOptions {
  readonly writer?: string | undefined;
  /** A gap that is known for longer is missing. */
  readonly pendingMaxMs: number;
}

/**
 * `ledger`: for each writer, whether all that it accepted is persisted, from the ledger table alone. It never
 * reads the events themselves.
 */
export async function ledger({ parts, clock, progress }: Context, options: LedgerOptions): Promise<Answer> {
  const books = await parts.ledger();
  const writers: string[] = options.writer === undefined ? [] : [options.writer];
  if (options.writer === undefined) for await (const writer of books.writers()) writers.push(writer);
  let read = 0;
  const balances = await mapBounded(writers, limits.tableReadsMax, async (writer) => {
    const account = await books.account(writer);
    if (options.writer !== undefined && account.rows.length + account.statements.length === 0) {
      throw new Failure(`The ledger has no writer ${writer}. "trackline ledger" names all.`);
    }
    progress(`${++read} of ${writers.length} writers read`);
    return balance(writer, account, clock.wallMs(), options.pendingMaxMs);
  });
  balances.sort((a, b) => (a.writer < b.writer ? -1 : 1));
  return {
    json: { totals: totals(balances), writers: balances.map(writerJson) },
    text: (columns) => describe(balances, columns),
    finding: missingInWords(balances),
  };
}

/**
 * What this writer's statements do not reach: a killed tracker may have accepted events after its last one.
 */
const isVouchedFor = ({ state }: WriterBalance) => state !== 'silent';

function totals(balances: readonly WriterBalance[]) {
  const sum = (of: (balance: WriterBalance) => number) => balances.reduce((all, each) => all + of(each), 0);
  return {
    writers: balances.length,
    notVouchedFor: balances.filter((each) => !isVouchedFor(each)).length,
    acceptedThrough: sum((each) => each.acceptedThrough),
    expiredThrough: sum((each) => each.expiredThrough),
    persisted: sum((each) => each.persisted),
    pending: sum((each) => width(each.pending)),
    missing: sum((each) => width(each.missing)),
    duplicates: sum((each) => each.duplicates),
    deadLettered: sum((each) => each.deadLettered),
    lost: sum((each) => each.latest?.lost ?? 0),
    rejected: sum((each) => each.latest?.rejected ?? 0),
    shed: sum((each) => each.latest?.shed ?? 0),
    ignored: sum((each) => each.latest?.ignored ?? 0),
  };
}

function writerJson(balance: WriterBalance) {
  const { latest, pending, missing, ...rest } = balance;
  return {
    ...rest,
    vouchedFor: isVouchedFor(balance),
    pending: width(pending),
    missing: width(missing),
    pendingIntervals: pending,
    missingIntervals: missing,
    lost: latest?.lost ?? 0,
    rejected: latest?.rejected ?? 0,
    shed: latest?.shed ?? 0,
    ignored: latest?.ignored ?? 0,
    instance: latest?.instance ?? null,
    lastStatementAt: latest && iso(latest.atMs),
  };
}

function describe(balances: readonly WriterBalance[], columns: number): string {
  if (balances.length === 0) return 'No writer has booked or stated anything yet.';
  const heads = [
    'WRITER',
    { prose: 'INSTANCE' },
    'STATE',
    'ACCEPTED',
    'PERSISTED',
    'PENDING',
    'MISSING',
    'DUPLICATES',
    'DEAD LETTERS',
    'LOST',
  ];
  const rows = balances.map((each): Cell[] => [
    each.writer,
    each.latest?.instance ?? '',
    each.state,
    each.acceptedThrough,
    each.persisted,
    width(each.pending),
    width(each.missing),
    each.duplicates,
    each.deadLettered,
    each.latest?.lost ?? 0,
  ]);
  const all = totals(balances);
  const sums = [
    all.acceptedThrough,
    all.persisted,
    all.pending,
    all.missing,
    all.duplicates,
    all.deadLettered,
    all.lost,
  ];
  return [table(heads, [...rows, ['all', '', '', ...sums]], columns), ...remarks(balances)].join('\n');
}

/** Below the table, a line for each thing that somebody should know of. */
function remarks(balances: readonly WriterBalance[]): string[] {
  const lines = balances.flatMap((each) => [
    ...(each.expiredThrough > 0
      ? [
          `expired of ${each.writer}: 1–${each.expiredThrough}, older than the retention, and not judged any more`,
        ]
      : []),
    ...(each.pending.length > 0 ? [`pending of ${each.writer}: ${intervals(each.pending)}`] : []),
    ...(isVouchedFor(each)
      ? []
      : [
          `not vouched for: what ${each.writer} may have accepted after ${count(each.acceptedThrough)}; it fell silent without its last statement`,
        ]),
  ]);
  return lines.length > 0 ? ['', ...lines] : [];
}

function missingInWords(balances: readonly WriterBalance[]): string | undefined {
  const short = balances.filter(({ missing }) => missing.length > 0);
  if (short.length === 0) return undefined;
  const events = short.reduce((sum, { missing }) => sum + width(missing), 0);
  const named = short.map(({ writer, missing }) => `${writer} ${intervals(missing)}`);
  const are = events === 1 ? 'is' : 'are';
  return `Missing: ${counted(events, 'accepted event')} ${are} not persisted: ${named.join('; ')}.`;
}

/** `5–9, 12`: the numbers as they are, so that they can be searched for. */
export function intervals(all: readonly Interval[]): string {
  const named = all
    .slice(0, limits.gapsNamedMax)
    .map(({ first, last }) => (first === last ? `${first}` : `${first}–${last}`));
  const unnamed = all.length - named.length;
  return unnamed > 0 ? `${named.join(', ')} and ${count(unnamed)} more gaps` : named.join(', ');
}
