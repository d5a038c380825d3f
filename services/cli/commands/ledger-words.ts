import type { Interval } from '@trackline/domain/ledger';
import { tellsWhatIsSent, type WriterBalance } from '@trackline/domain/ledger-balance';
import { width, within } from '@trackline/domain/ledger-coverage';
import { limits } from '../limits.ts';
import { count, counted } from '../table.ts';
import { lasting, shortIso } from '../time.ts';
import { visible } from '../visible.ts';

/** Below the table, a line for each thing that somebody should know of. */
export function remarks(balances: readonly WriterBalance[], nowMs: number): string[] {
  const lines = balances.flatMap((each) => [
    ...expired(each),
    ...(each.pending.length > 0 ? [`pending of ${each.writer}: ${intervals(each.pending)}`] : []),
    ...waiting(each, nowMs),
    ...perhapsSpooled(each),
    ...givenUp(each),
    ...notVouchedFor(each),
    ...onDisk(each),
  ]);
  return lines.length > 0 ? ['', ...lines.map(visible)] : [];
}

function expired({ writer, expiredThrough }: WriterBalance): string[] {
  return expiredThrough === 0
    ? []
    : [`expired of ${writer}: 1–${expiredThrough}, older than the retention, and not judged any more`];
}

function waiting({ writer, latest }: WriterBalance, nowMs: number): string[] {
  if (latest === null || latest.unsent === 0) return [];
  const unconfirmed = latest.unconfirmed > 0 ? ` (${count(latest.unconfirmed)} unconfirmed)` : '';
  const asOf = `as of ${lasting(nowMs - latest.atMs)} ago`;
  return [`unsent of ${writer}: ${counted(latest.unsent, 'event')}${unconfirmed}, ${asOf}`];
}

/** Nobody speaks for them any more, but they had not been sent, nor given up, when somebody last did. */
function perhapsSpooled({ writer, state, missing, latest }: WriterBalance): string[] {
  if (state === 'open' || latest === null || !tellsWhatIsSent(latest)) return [];
  if (state === 'closed' && latest.unsent === latest.lost) return [];
  const unsent = within(missing, latest.sentThrough + 1, Infinity);
  return unsent.length === 0
    ? []
    : [
        `perhaps in the spool of ${latest.instance}: ${intervals(unsent)} of ${writer}; if it has ended, start it again`,
      ];
}

function givenUp({ writer, counts }: WriterBalance): string[] {
  return counts.lost === 0
    ? []
    : [
        `given up of ${writer}: ${counted(counts.lost, 'event')} that the stream had not taken at the end of a drain`,
      ];
}

function notVouchedFor({ writer, unvouched }: WriterBalance): string[] {
  const named = unvouched.slice(0, limits.gapsNamedMax).map(({ after, untilMs }) => {
    const why =
      untilMs === null
        ? 'it fell silent without its last statement'
        : `it ended without its last statement, before ${shortIso(untilMs)}`;
    return `not vouched for: what ${writer} may have accepted after ${count(after)}; ${why}`;
  });
  const more = unvouched.length - named.length;
  return more > 0 ? [...named, `not vouched for: ${writer}, ${counted(more, 'more time')}`] : named;
}

function onDisk({ writer, restsOnDisk, acceptedThrough, latest }: WriterBalance): string[] {
  return restsOnDisk
    ? [
        `on the disk of ${latest?.instance}: what ${writer} may have accepted after ${count(acceptedThrough)}; a tracker that starts there sends it`,
      ]
    : [];
}

/** What is to be told on stderr; undefined where nothing is missing. */
export function missingInWords(balances: readonly WriterBalance[]): string | undefined {
  const short = balances.filter(({ missing }) => missing.length > 0);
  if (short.length === 0) return undefined;
  const events = short.reduce((sum, { missing }) => sum + width(missing), 0);
  const named = short.map(({ writer, missing }) => `${writer} ${intervals(missing)}`);
  const are = events === 1 ? 'is' : 'are';
  return `Missing: ${counted(events, 'accepted event')} ${are} not persisted: ${named.join('; ')}.`;
}

/** The same of what is not vouched for. */
export function unvouchedInWords(balances: readonly WriterBalance[]): string | undefined {
  const named = balances
    .filter(({ unvouched }) => unvouched.length > 0)
    .map(
      ({ writer, unvouched }) => `${writer} after ${listed(unvouched, ({ after }) => count(after), 'times')}`,
    );
  return named.length === 0 ? undefined : `Not vouched for: ${named.join('; ')}.`;
}

/** `5–9, 12`: the numbers as they are, so that they can be searched for. */
export function intervals(all: readonly Interval[]): string {
  return listed(all, ({ first, last }) => (first === last ? `${first}` : `${first}–${last}`), 'gaps');
}

function listed<T>(all: readonly T[], name: (each: T) => string, noun: string): string {
  const named = all.slice(0, limits.gapsNamedMax).map(name);
  const unnamed = all.length - named.length;
  return unnamed > 0 ? `${named.join(', ')} and ${count(unnamed)} more ${noun}` : named.join(', ');
}
