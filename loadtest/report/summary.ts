import { holds } from '../audit/reckon.ts';
import { callKinds } from '../engine/call.ts';
import { quantilesOf } from '../engine/histograms.ts';
import type { LoadOutcome } from '../run-load.ts';
import { count, milliseconds } from './numbers.ts';

/** What a load has shown, as rows for a table: a name, how many, and how long. */
export function latencyRows({ recorder }: LoadOutcome): string[][] {
  const rows = [
    ['all, from when due', recorder.latency],
    ['accepted, from when due', recorder.acceptedLatency],
    ...callKinds.map((kind) => [`  ${kind}`, recorder.latencyByKind[kind]] as const),
    ['all, from when sent', recorder.service],
    ['waited in the client', recorder.sendDelay],
  ] as const;
  return rows
    .filter(([, histogram]) => histogram.totalCount > 0)
    .map(([name, histogram]) => {
      const { count: n, p50Ms, p90Ms, p99Ms, p999Ms, maxMs } = quantilesOf(histogram);
      return [name, count(n), ...[p50Ms, p90Ms, p99Ms, p999Ms, maxMs].map(milliseconds)];
    });
}

export const latencyHead = ['', 'calls', 'p50', 'p90', 'p99', 'p99.9', 'longest'];

/** The same for the terminal, with the verdict of the audit. */
export function summary(outcome: LoadOutcome): string {
  const { findings, about } = outcome;
  const lines = ['', ...plain([latencyHead, ...latencyRows(outcome)]), ''];
  if (findings === null) return [...lines, `NOT AUDITED. ${about}`].join('\n');
  if (holds(findings)) {
    return [
      ...lines,
      `The audit holds: ${findings.length} comparisons of clients, ledger and tables agree.`,
    ].join('\n');
  }
  const wrong = findings
    .filter((finding) => !finding.holds)
    .map(({ what, expected, found }) => `  ${what}: ${expected} expected, ${found} found`);
  return [...lines, 'THE AUDIT FAILS:', ...wrong].join('\n');
}

function plain(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join('  ')
      .trimEnd(),
  );
}
