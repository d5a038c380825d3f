import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Clock } from '@trackline/domain/clock';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { type OverloadTrigger, overloadTriggers } from '../http/overload/overload.ts';
import type { SpoolBooks } from '../shipping/spool.ts';
import { observeCollections } from './gc-pauses.ts';
import type { Tally } from './tally.ts';

/** Where the gauges look when somebody asks. */
export interface MetricSources {
  readonly clock: Clock;
  readonly tally: Tally;
  readonly spool: Pick<SpoolBooks, 'account' | 'ended'>;
  readonly sender: {
    stats(): { readonly callsUnderWay: number; readonly heldBytes: number; readonly refused: boolean };
  };
  readonly overload: { by(trigger: OverloadTrigger): boolean };
  readonly programs: { readonly coherent: boolean; stats(): { readonly entries: number } };
}

export type Metrics = ReturnType<typeof buildMetrics>;

/**
 * The tracker's metrics, in a registry of their own. Counters are moved by the telemetry; what has a state is
 * read when it is asked for.
 */
export function buildMetrics() {
  const registry = new Registry();
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Counter({ name: `trackline_${name}_total`, help, labelNames, registers });

  return {
    registry,
    groupSeconds: new Histogram({
      name: 'trackline_spool_group_seconds',
      help: 'How long a group takes to the disk',
      buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1],
      registers,
    }),
    groupEvents: new Histogram({
      name: 'trackline_spool_group_events',
      help: 'Events of a group',
      buckets: [1, 4, 16, 64, 256, 1024, 4096],
      registers,
    }),
    bytesSpooled: counter('spool_written_bytes', 'What was written to the disk'),
    spoolFailures: counter('spool_failures', 'What the disk did not do, by the system’s code', ['code']),
    spoolDamage: counter('spool_damaged_stretches', 'Places of segments that are no events'),
    segmentsUnreadable: counter('spool_unreadable_segments', 'Segments and folders left as they are'),
    putRecords: counter('put_records', 'Records put on the event stream, by outcome', ['outcome']),
    putFailures: counter('put_failures', 'Records that the event stream did not take, by its error code', [
      'code',
    ]),
    eventsSent: counter('events_sent', 'Events that are on the event stream'),
    putSeconds: new Histogram({
      name: 'trackline_put_seconds',
      help: 'How long calls of the event stream take',
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      registers,
    }),
    statementFailures: counter('statement_failures', 'Statements that did not reach the event stream'),
    callsFailed: counter('calls_failed', 'Calls in which something threw'),
    epochs: counter('program_cache_epochs', 'Epochs of the program cache, by what raised them', ['cause']),
    incoherences: counter('program_cache_incoherences', 'How often the program cache became incoherent', [
      'cause',
    ]),
    fetchFailures: counter('program_cache_fetch_failures', 'Fetches that the program store did not answer', [
      'code',
    ]),
    staleFetches: counter('program_cache_stale_fetches', 'Fetches that gave less than what was known'),
    servedUnrevalidated: counter(
      'program_cache_served_unrevalidated',
      'Lookups served without the check due',
    ),
    servedStale: counter('program_cache_served_stale', 'Lookups served past their TTL'),
    unreadable: counter('program_cache_unreadable_announcements', 'Announcements that are none'),
    damaged: counter('program_store_damaged', 'Programs in the program store that could not be read'),
  };
}

type Together = 'sum' | 'max' | 'min';

/** Adds what has a state. */
export function observe(registry: Registry, sources: MetricSources): void {
  const { clock, tally, spool, sender, overload, programs } = sources;
  const registers = [registry];
  /** `together`: what several workers make of it; a sum, unless the worst of them is the cluster's. */
  const gauge = (name: string, help: string, read: () => number, together: Together = 'sum') =>
    new Gauge({
      name: `trackline_${name}`,
      help,
      aggregator: together,
      registers,
      collect() {
        this.set(read());
      },
    });

  /** Of all whose events are sent here: after a kill, most of what waits may be of a writer that ended. */
  const accounts = () => [spool.account(), ...spool.ended()];
  gauge('spool_unsent_events', 'Accepted events that are not on the stream', () =>
    accounts().reduce((sum, { unsent }) => sum + unsent, 0),
  );
  gauge('spool_used_bytes', 'What the spool takes', () => spool.account().usedBytes);
  gauge('spool_bytes_max', 'What it may take', () => spool.account().bytesMax);
  const oldestUnsentSeconds = () => {
    const nowMs = clock.monotonicMs();
    return accounts().reduce((oldest, { unsentSinceMs }) => {
      return Math.max(oldest, (nowMs - (unsentSinceMs ?? nowMs)) / 1000);
    }, 0);
  };
  gauge('spool_oldest_unsent_seconds', 'How long the oldest of them has waited', oldestUnsentSeconds, 'max');
  gauge('spool_writable', '1 while the spool has room', () => Number(spool.account().writable), 'min');
  gauge('put_calls_under_way', 'Calls of the event stream under way', () => sender.stats().callsUnderWay);
  gauge(
    'put_refused',
    '1 while the stream refuses records for a reason that no retry mends',
    () => Number(sender.stats().refused),
    'max',
  );
  gauge('sender_held_bytes', 'What the sender holds', () => sender.stats().heldBytes);
  gauge(
    'program_cache_coherent',
    '1 while the program cache hears of changes',
    () => Number(programs.coherent),
    'min',
  );
  // The same programs, in each.
  gauge('program_cache_entries', 'Programs in the program cache', () => programs.stats().entries, 'max');

  new Gauge({
    name: 'trackline_overloaded',
    help: '1 while calls are shed since there is too much to do, by what shows it',
    labelNames: ['trigger'],
    aggregator: 'max',
    registers,
    collect() {
      for (const trigger of overloadTriggers) this.set({ trigger }, Number(overload.by(trigger)));
    },
  });
  new Counter({
    name: 'trackline_events_lost_total',
    help: 'Accepted events that were given up',
    registers,
    collect() {
      this.reset();
      this.inc(tally.totals().lost);
    },
  });
  new Counter({
    name: 'trackline_redirects_refused_total',
    help: 'Clicks that named a target and went to the landing URL, by the reason why',
    labelNames: ['reason'],
    registers,
    collect() {
      this.reset();
      for (const [reason, count] of Object.entries(tally.redirects())) {
        if (count > 0) this.inc({ reason }, count);
      }
    },
  });
  new Counter({
    name: 'trackline_verdicts_total',
    help: 'Calls by event type, verdict and reason',
    labelNames: ['type', 'verdict', 'reason'],
    registers,
    collect() {
      this.reset();
      for (const { count, ...labels } of tally.entries()) this.inc(labels, count);
    },
  });
}

/** Adds what is the process's and not one tracker's: to be called once in a process. */
export function observeLoop(registry: Registry): void {
  observeCollections(registry);
  const delays = monitorEventLoopDelay({ resolution: 10 });
  delays.enable();
  new Gauge({
    name: 'trackline_loop_delay_seconds',
    help: 'Delay of the event loop since the last scrape, by quantile',
    labelNames: ['quantile'],
    aggregator: 'max',
    registers: [registry],
    collect() {
      for (const quantile of [50, 99, 100]) {
        this.set({ quantile: String(quantile / 100) }, delays.percentile(quantile) / 1e9);
      }
      delays.reset();
    },
  });
  new Gauge({
    name: 'trackline_resident_memory_bytes',
    help: 'Resident memory of the process',
    registers: [registry],
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });
}
