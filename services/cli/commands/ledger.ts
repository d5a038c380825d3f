import { mapBounded } from '@trackline/domain/bounded';
import { balance, tellsWhatIsSent, type WriterBalance } from '@trackline/domain/ledger-balance';
import { width } from '@trackline/domain/ledger-coverage';
import type { Answer } from '../answer.ts';
import type { Context } from '../context.ts';
import { Failure } from '../failure.ts';
import { limits } from '../limits.ts';
import { iso } from '../time.ts';
import { ledgerTable, oldestUnsentMs } from './ledger-table.ts';
import { missingInWords, remarks, unvouchedInWords } from './ledger-words.ts';

export interface LedgerOptions {
  readonly writer?: string | undefined;
  /** A gap that is known for longer is missing. */
  readonly pendingMaxMs: number;
  /** What is not vouched for is a finding, too. */
  readonly strict: boolean;
}

/**
 * `ledger`: for each writer, whether all that it accepted is persisted, from the ledger table alone. It never
 * reads the events themselves. What is missing is a finding. What is not vouched for is none unless asked for: it may
 * be nothing, and stays so for as long as the ledger remembers it, so that nobody would see the next thing missing.
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
  const findings = [missingInWords(balances), options.strict ? unvouchedInWords(balances) : undefined];
  const nowMs = clock.wallMs();
  const sums = totals(balances);
  return {
    json: { totals: sums, writers: balances.map(writerJson) },
    text: (columns) =>
      balances.length === 0
        ? 'No writer has booked or stated anything yet.'
        : [ledgerTable(balances, sums, nowMs, columns), ...remarks(balances, nowMs)].join('\n'),
    finding: findings.filter((each) => each !== undefined).join(' ') || undefined,
  };
}

function totals(balances: readonly WriterBalance[]) {
  const sum = (of: (balance: WriterBalance) => number) => balances.reduce((all, each) => all + of(each), 0);
  const ages = balances.map(oldestUnsentMs).filter((age) => age !== null);
  return {
    writers: balances.length,
    notVouchedFor: balances.filter(({ unvouched }) => unvouched.length > 0).length,
    acceptedThrough: sum((each) => each.acceptedThrough),
    expiredThrough: sum((each) => each.expiredThrough),
    persisted: sum((each) => each.persisted),
    pending: sum((each) => width(each.pending)),
    missing: sum((each) => width(each.missing)),
    duplicates: sum((each) => each.duplicates),
    deadLettered: sum((each) => each.deadLettered),
    unsent: sum((each) => each.latest?.unsent ?? 0),
    unconfirmed: sum((each) => each.latest?.unconfirmed ?? 0),
    oldestUnsentMs: ages.length === 0 ? null : Math.max(...ages),
    lost: sum((each) => each.counts.lost),
    rejected: sum((each) => each.counts.rejected),
    shed: sum((each) => each.counts.shed),
    ignored: sum((each) => each.counts.ignored),
  };
}

function writerJson(balance: WriterBalance) {
  const { latest, pending, missing, counts, unvouched, ...rest } = balance;
  const told = latest !== null && tellsWhatIsSent(latest) ? latest : null;
  return {
    ...rest,
    vouchedFor: unvouched.length === 0,
    unvouched: unvouched.map(({ after, untilMs }) => ({
      after,
      until: untilMs === null ? null : iso(untilMs),
    })),
    pending: width(pending),
    missing: width(missing),
    pendingIntervals: pending,
    missingIntervals: missing,
    sentThrough: told?.sentThrough ?? null,
    unsent: told?.unsent ?? null,
    unconfirmed: told?.unconfirmed ?? null,
    oldestUnsentMs: oldestUnsentMs(balance),
    ...counts,
    instance: latest?.instance ?? null,
    since: told && iso(told.sinceMs),
    lastStatementAt: latest && iso(latest.atMs),
  };
}
