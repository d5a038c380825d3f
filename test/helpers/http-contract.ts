import { callReasons, reasons, verdictHeader } from '@trackline/domain/verdict';

/** What the tracker may answer at all, whatever it is asked. */
const successes = [200, 202, 204, 302];
const statuses = new Set<number>([...successes, ...callReasons.map((reason) => reasons[reason].status)]);
statuses.delete(500);
const verdicts = new Set(['accepted', ...callReasons.map(verdictHeader)]);
verdicts.delete(verdictHeader('internal'));
const batch = /^accepted; accepted=\d+; rejected=\d+; shed=\d+$/;

/** What is wrong with an answer, '' when nothing is: its status and its verdict are known, and no cache keeps it. */
export function breachOf(status: number, headers: Readonly<Record<string, unknown>>): string {
  const verdict = String(headers['x-tracking-verdict']);
  if (!statuses.has(status)) return `status ${status}`;
  if (!verdicts.has(verdict) && !batch.test(verdict)) return `verdict ${verdict}`;
  return headers['cache-control'] === 'no-store' ? '' : `cache-control ${headers['cache-control']}`;
}
