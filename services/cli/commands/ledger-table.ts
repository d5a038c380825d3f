import type { WriterBalance } from '@trackline/domain/ledger-balance';
import { width } from '@trackline/domain/ledger-coverage';
import { type Cell, table } from '../table.ts';
import { lasting } from '../time.ts';

/** How long the oldest unsent event had waited by the writer's latest statement; null where none waited. */
export function oldestUnsentMs({ latest }: WriterBalance): number | null {
  return latest === null || latest.oldestUnsentAtMs === 0
    ? null
    : Math.max(0, latest.atMs - latest.oldestUnsentAtMs);
}

type Sums = Readonly<
  Record<
    'acceptedThrough' | 'persisted' | 'pending' | 'missing' | 'duplicates' | 'deadLettered' | 'lost',
    number
  >
>;

/** One line for each writer, and one for all. */
export function ledgerTable(
  balances: readonly WriterBalance[],
  sums: Sums,
  nowMs: number,
  columns: number,
): string {
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
    'VOUCHED FOR',
    'OLDEST UNSENT',
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
    each.counts.lost,
    vouching(each),
    waiting(each, nowMs),
  ]);
  const all = [
    sums.acceptedThrough,
    sums.persisted,
    sums.pending,
    sums.missing,
    sums.duplicates,
    sums.deadLettered,
    sums.lost,
  ];
  return table(heads, [...rows, ['all', '', '', ...all, '', '']], columns);
}

function vouching({ unvouched, restsOnDisk }: WriterBalance): string {
  if (unvouched.length > 0) return 'no';
  return restsOnDisk ? 'by its disk' : 'yes';
}

/** `41 s (as of 5 s ago)` */
function waiting(balance: WriterBalance, nowMs: number): string {
  const ms = oldestUnsentMs(balance);
  return ms === null ? '' : `${lasting(ms)} (as of ${lasting(nowMs - balance.latest!.atMs)} ago)`;
}
