import { type Finding, holds } from '../audit/reckon.ts';
import { callKinds } from '../engine/call.ts';
import { quantilesOf } from '../engine/histograms.ts';
import type { LoadOutcome } from '../run-load.ts';
import { between, quantile } from '../watch/watcher.ts';
import type { AboutMachine } from './about-machine.ts';
import { type Bar, barChart } from './bar-chart.ts';
import { escaped } from './escape.ts';
import { type CpuProfile, flameGraph, readProfiles } from './flame-graph.ts';
import { count, milliseconds, percent } from './numbers.ts';
import {
  collectionChart,
  latencyChart,
  loopChart,
  memoryChart,
  percentileChart,
  spoolChart,
  syncChart,
  throughputChart,
} from './over-time.ts';
import { figure, page, table } from './page.ts';
import { latencyHead, latencyRows } from './summary.ts';

/** The report of a load, as one HTML file that needs nothing else. */
export function loadReport(outcome: LoadOutcome, machine: AboutMachine): string {
  const { settings, beganAt, recorder, samples, tookMs, profiles } = outcome;
  const { scenario, rate, durationMs } = settings;
  const marks = (scenario.interferences?.(durationMs) ?? [])
    .filter(({ atMs }) => atMs < tookMs)
    .map(({ atMs, label }) => ({ x: atMs / 1_000, label }));
  const title = `Load: ${scenario.name}, ${count(rate)} calls/s for ${durationMs / 1_000} s`;
  const watched =
    samples.length === 0
      ? '<p>The trackers’ metrics are not known: nobody said where their admin port is.</p>'
      : `<div class="charts">${[
          figure(
            loopChart(samples, marks),
            'a loop that is never late shows the 10 ms of the clock that measures it',
          ),
          figure(collectionChart(samples, marks), collectionNote(outcome)),
          figure(spoolChart(samples, marks)),
          figure(syncChart(samples, marks), syncNote(outcome)),
          figure(memoryChart(samples, marks)),
        ].join('\n')}</div>`;
  return page(
    title,
    `<h1>${escaped(title)}</h1>
<p>${escaped(`${scenario.tells}. ${beganAt.toISOString().slice(0, 16).replace('T', ' ')} UTC.`)}${
      outcome.wasCut ? ' <strong>Ended by hand before its time.</strong>' : ''
    }</p>
${verdict(outcome)}
${tiles(outcome)}
<h2>What the callers saw</h2>
<p>Latency counts from when a call was <em>due</em>, not from when it was sent: a server that stalls has all calls on
its account that would have come meanwhile. Calls that ran out of time count with the time that they waited.</p>
<div class="charts">
${figure(throughputChart(recorder, tookMs, marks))}
${figure(latencyChart(recorder, marks))}
${figure(
  percentileChart('Latency by percentile', [
    ['from when due', recorder.latency],
    ['from when sent', recorder.service],
    ['waited in the client', recorder.sendDelay],
  ]),
  'the distance between the first two is what a closed loop would not have seen',
)}
${figure(barChart('Verdicts', verdictBars(outcome)))}
</div>
<h2>How the trackers fared</h2>
${watched}
<h2>The figures</h2>
${table(latencyHead, latencyRows(outcome), [1, 2, 3, 4, 5, 6])}
<h2>The audit</h2>
${auditTable(outcome)}
${profiles.length === 0 ? '' : flames(profiles)}
<h2>The settings</h2>
${settingsTable(outcome, machine)}`,
  );
}

function verdict({ findings, about }: LoadOutcome): string {
  const sign = (kind: string, mark: string, words: string, small: string) =>
    `<div class="verdict ${kind}" role="status"><b>${mark}</b><div>${escaped(words)}<small>${escaped(small)}</small></div></div>`;
  if (findings === null) return sign('none', '?', 'Not audited.', about);
  if (holds(findings)) {
    const small = `${findings.length} comparisons of what clients were told with the ledger and the tables agree.`;
    return sign(
      'good',
      '✓',
      'Nothing that was accepted is missing, and nothing is there that was not.',
      small,
    );
  }
  const wrong = findings.filter((each) => !each.holds);
  const words = ({ what, expected, found }: Finding) => `${what}: ${expected} expected, ${found} found`;
  return sign(
    'bad',
    '✗',
    `The audit fails: ${wrong.length} of ${findings.length} comparisons.`,
    wrong.map(words).join('; '),
  );
}

function tiles({ recorder, tookMs }: LoadOutcome): string {
  const { counts } = recorder;
  const { p50Ms, p99Ms, p999Ms } = quantilesOf(recorder.latency);
  const tile = (value: string, words: string) =>
    `<div class="tile"><b>${escaped(value)}</b><span>${escaped(words)}</span></div>`;
  return `<div class="tiles">${[
    tile(count(counts.offered), `calls due, ${count((1_000 * counts.offered) / tookMs)} a second`),
    tile(percent(counts.accepted / Math.max(1, counts.offered)), 'accepted'),
    tile(count(counts.unanswered + counts.unsent), 'without an answer'),
    tile(milliseconds(p50Ms), 'median'),
    tile(milliseconds(p99Ms), 'p99'),
    tile(milliseconds(p999Ms), 'p99.9'),
  ].join('')}</div>`;
}

function verdictBars({ recorder }: LoadOutcome): Bar[] {
  const { answered } = recorder.counts;
  const bars = callKinds.flatMap((kind) =>
    [...recorder.verdicts[kind]].map(([said, value]) => ({
      // Of a batch, the header counts: its own numbers would make a bar of each.
      name: `${kind}: ${said
        .split('; ')
        .filter((part) => !/^(accepted|rejected|shed)=/.test(part))
        .join(', ')
        .replace('reason=', '')}`,
      value,
      hue: said.startsWith('accepted') ? 2 : said.startsWith('shed') ? 1 : said.startsWith('ignored') ? 0 : 4,
    })),
  );
  const together = new Map<string, (typeof bars)[number]>();
  for (const bar of bars) {
    const known = together.get(bar.name);
    together.set(bar.name, { ...bar, value: bar.value + (known?.value ?? 0) });
  }
  const { unanswered, unsent } = recorder.counts;
  return [
    ...together.values(),
    ...(unanswered > 0 ? [{ name: 'never answered', value: unanswered, hue: 1 }] : []),
    ...(unsent > 0 ? [{ name: 'never sent', value: unsent, hue: 1 }] : []),
  ]
    .toSorted((a, b) => b.value - a.value)
    .map((bar) => ({ ...bar, words: `${count(bar.value)}, ${percent(bar.value / Math.max(1, answered))}` }));
}

/** Of the whole run. */
function syncNote({ samples }: LoadOutcome): string {
  const groups = between(samples[0]?.groups, samples.at(-1)!.groups);
  return `all: p50 ${milliseconds(1_000 * quantile(groups, 0.5))}, p99 ${milliseconds(1_000 * quantile(groups, 0.99))}`;
}

function collectionNote({ samples }: LoadOutcome): string {
  const pauses = between(samples[0]?.collections, samples.at(-1)!.collections);
  const number = pauses.get(Number.POSITIVE_INFINITY) ?? 0;
  return `${count(number)} pauses, p50 ${milliseconds(1_000 * quantile(pauses, 0.5))}, p99 ${milliseconds(1_000 * quantile(pauses, 0.99))}`;
}

function auditTable({ findings, about }: LoadOutcome): string {
  if (findings === null) return `<p>${escaped(about)}</p>`;
  const rows = findings.map((each) => [each.holds ? '✓' : '✗', each.what, each.expected, each.found]);
  return table(['', 'what', 'clients say', 'found'], rows, [2, 3]);
}

function flames(profiles: readonly string[]): string {
  const root = readProfiles(profiles.map((text) => JSON.parse(text) as CpuProfile));
  return `<h2>Where the trackers’ CPU went</h2>\n${figure(flameGraph('CPU of the trackers', root), 'callers above; click one to widen it')}`;
}

function settingsTable({ settings, recorder, about }: LoadOutcome, machine: AboutMachine): string {
  const { seed, isEven, warmUpMs, connections, timeoutMs, url, programs, trackers } = settings;
  return table(
    [],
    [
      ['seed', String(seed)],
      ['arrivals', isEven ? 'evenly spaced' : 'independent (Poisson)'],
      ['warm-up', `${warmUpMs / 1_000} s, audited but not in the figures`],
      ['connections', `at most ${connections}`],
      ['a caller waits', `${timeoutMs / 1_000} s`],
      ['curves', `a point every ${recorder.intervalMs / 1_000} s`],
      [
        'target',
        url ?? `own stack, ${trackers} tracker${trackers === 1 ? '' : 's'}, ${count(programs)} programs`,
      ],
      ['made of', about],
      ['machine', machine.machine],
      ['system', machine.system],
      ['file system', machine.fileSystem],
      ['Node', machine.node],
      ['revision', machine.revision],
    ],
  );
}
