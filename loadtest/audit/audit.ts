import type { WriterBalance } from '@trackline/domain/ledger-balance';
import { type EventType, eventTypes } from '@trackline/domain/tracking-event';
import type { StackFile } from '@trackline/local/stack-file';
import { readLedger, sum } from '../../test/faults/harness/settle.ts';
import { pause } from '../../test/helpers/pause.ts';
import { askLedger, askMetrics, type Series, total } from '../watch/admin-port.ts';
import type { ClientBooks } from './client-books.ts';
import { type Accounts, type Finding, reckon, type TrackerAccount } from './reckon.ts';
import { readTables } from './table-scan.ts';

/** How a stack stood before the first call. */
export interface Standing {
  readonly sinceMs: number;
  /** By writer. */
  readonly accepted: ReadonlyMap<string, number>;
  readonly ledger: ReturnType<typeof sum>;
  readonly metrics: readonly Series[];
}

const lookEveryMs = 250;
/** Settling is given up when nothing has moved for so long. */
const stillMaxMs = 30_000;

/** Notes where everything stands, so that only what the run adds is audited. */
export async function noteStanding(stack: StackFile, nowMs: number): Promise<Standing> {
  const [balances, ledgers, metrics] = await Promise.all([
    readLedger(stack),
    Promise.all(stack.adminUrls.map(askLedger)),
    allMetrics(stack),
  ]);
  const accepted = new Map(balances.map((each) => [each.writer, each.acceptedThrough]));
  for (const { writer, acceptedThrough } of ledgers.flatMap(({ live, ended }) => [...live, ...ended])) {
    accepted.set(writer, Math.max(acceptedThrough, accepted.get(writer) ?? 0));
  }
  return { sinceMs: nowMs, accepted, ledger: sum(balances), metrics };
}

/**
 * Waits until everything is sent, consumed and booked, and compares it with what the clients were told. What
 * does not settle is compared as it stands.
 */
export async function audit(
  stack: StackFile,
  before: Standing,
  books: ClientBooks,
  orderPrefix: string,
  progress: (line: string) => void,
): Promise<Finding[]> {
  await untilSettled(stack, progress);
  const [balances, metrics] = await Promise.all([readLedger(stack), allMetrics(stack)]);
  const after = sum(balances);
  const acceptedBy = ({ writer, acceptedThrough }: WriterBalance) =>
    acceptedThrough - Math.min(acceptedThrough, before.accepted.get(writer) ?? 0);
  const accepted = balances.reduce((all, each) => all + acceptedBy(each), 0);
  const missing = after.missing - before.ledger.missing;
  const ledger: Accounts['ledger'] = {
    accepted,
    persisted: accepted - after.pending - missing,
    pending: after.pending,
    missing,
    lost: after.lost - before.ledger.lost,
    deadLettered: after.deadLettered - before.ledger.deadLettered,
  };
  const itemsAbout = after.persisted;
  const reading = { itemsAbout, sinceMs: before.sinceMs, orderPrefix };
  const table = await readTables(stack, books.oracle, reading, progress);
  return reckon({ clients: books, trackers: grown(before.metrics, metrics), ledger, table });
}

async function allMetrics(stack: StackFile): Promise<Series[]> {
  return (await Promise.all(stack.adminUrls.map(askMetrics))).flat();
}

const verdicts = 'trackline_verdicts_total';

/**
 * What the trackers have counted since; null where one has begun anew, so that its counters say less than
 * before.
 */
function grown(before: readonly Series[], after: readonly Series[]): TrackerAccount | null {
  const growth = (labels: Series['labels']) =>
    total(after, verdicts, labels) - total(before, verdicts, labels);
  const accepted = Object.fromEntries(
    eventTypes.map((type) => [type, growth({ type, verdict: 'accepted' })]),
  ) as Record<EventType, number>;
  const rejected = growth({ verdict: 'rejected' });
  return [rejected, ...Object.values(accepted)].some((each) => each < 0) ? null : { accepted, rejected };
}

/** Until trackers have nothing unsent, and the ledger knows all that they accepted, and has booked it. */
async function untilSettled(stack: StackFile, progress: (line: string) => void): Promise<void> {
  let [lastOpen, movedAtMs] = [Number.POSITIVE_INFINITY, performance.now()];
  for (;;) {
    const { open, line } = await openIn(stack);
    progress(line);
    if (open === 0) return;
    const nowMs = performance.now();
    if (open !== lastOpen) [lastOpen, movedAtMs] = [open, nowMs];
    if (nowMs - movedAtMs > stillMaxMs) return;
    await pause(lookEveryMs);
  }
}

async function openIn(stack: StackFile): Promise<{ readonly open: number; readonly line: string }> {
  const ledgers = await Promise.all(stack.adminUrls.map(askLedger));
  const live = ledgers.flatMap((each) => each.live);
  const unsent = [...live, ...ledgers.flatMap(({ ended }) => ended)].reduce(
    (all, each) => all + each.unsent,
    0,
  );
  if (unsent > 0) return { open: unsent, line: `${unsent} events are not on the stream yet` };
  const balances = await readLedger(stack);
  const known = new Map(balances.map((each) => [each.writer, each.latest?.acceptedThrough ?? 0]));
  const unstated = live.reduce(
    (all, { writer, acceptedThrough }) => all + Math.max(0, acceptedThrough - (known.get(writer) ?? 0)),
    0,
  );
  const open = Math.max(unstated, sum(balances).pending);
  return { open, line: open === 0 ? 'all events are booked' : `${open} events are not booked yet` };
}
