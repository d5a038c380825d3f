import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Logger } from 'pino';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { ProgramCache } from './program-cache/program-cache.ts';
import type { ProgramCacheTelemetry } from './program-cache/telemetry.ts';
import type { Sender, SenderTelemetry } from './sender.ts';
import type { Spool } from './spool.ts';
import { type Verdicts, verdictOf } from './verdicts.ts';

/**
 * What happens, as named events: the one place where they become log lines and metrics. Per batch or per change of state, never per call; the calls are
 * counted by Verdicts, and read when somebody scrapes.
 */
export interface TrackerTelemetry extends ProgramCacheTelemetry, SenderTelemetry {
  damagedProgram(event: { readonly id: string; readonly detail: string }): void;
  drained(event: { readonly lost: number; readonly seconds: number }): void;
}

export function buildTelemetry(log: Logger, registry: Registry): TrackerTelemetry {
  const counter = (name: string, help: string, ...labelNames: string[]) =>
    new Counter({ name: `trackline_${name}`, help, labelNames, registers: [registry] });
  const coherent = new Gauge({
    name: 'trackline_program_cache_coherent',
    help: '1 while the program cache hears every change of a program.',
    registers: [registry],
  });
  const epochs = counter('program_cache_epochs_total', 'Times that something may have been missed.', 'cause');
  const fetchFailures = counter('program_fetch_failures_total', 'Fetches of a program that failed.', 'code');
  const staleFetches = counter('program_stale_fetches_total', 'Fetches older than what had been announced.');
  const unrevalidated = counter(
    'program_served_unrevalidated_total',
    'Programs served though they could not be checked.',
  );
  const stale = counter('program_served_stale_total', 'Programs served past their TTL.');
  const unreadable = counter('announcements_unreadable_total', 'Announcements that could not be read.');
  const damaged = counter('program_store_damaged_total', 'Content of the program store that is no program.');
  const sentEvents = counter('events_sent_total', 'Events that the stream has.');
  const sentRecords = counter('records_sent_total', 'Records that the stream has.');
  const failedRecords = counter(
    'records_failed_total',
    'Records that the stream did not take, to be sent again.',
    'code',
  );
  const refusals = counter('stream_refusals_total', 'Refusals of the stream that no retry mends.', 'code');
  const lostEvents = counter('events_lost_total', 'Events given up at the end of the process.');

  return {
    cacheCoherent() {
      coherent.set(1);
      log.info({ event: 'program_cache_coherent' });
    },
    cacheIncoherent({ cause }) {
      coherent.set(0);
      log.warn({ event: 'program_cache_incoherent', cause });
    },
    epochRaised({ cause }) {
      epochs.inc({ cause });
      log.info({ event: 'program_cache_epoch_raised', cause });
    },
    fetchFailed: ({ code }) => fetchFailures.inc({ code }),
    staleFetch({ id }) {
      staleFetches.inc();
      log.error({ event: 'program_fetch_stale', programId: id });
    },
    servedUnrevalidated: () => unrevalidated.inc(),
    servedStale: () => stale.inc(),
    announcementUnreadable() {
      unreadable.inc();
      log.error({ event: 'announcement_unreadable' });
    },
    damagedProgram({ id, detail }) {
      damaged.inc();
      log.error({ event: 'program_store_damaged', programId: id, detail });
    },
    eventsSent({ events, records }) {
      sentEvents.inc(events);
      sentRecords.inc(records);
      log.debug({ event: 'events_sent', events, records });
    },
    recordsFailed({ records, events, code }) {
      failedRecords.inc({ code }, records);
      log.warn({ event: 'records_failed', records, events, code });
    },
    streamRefused({ code }) {
      refusals.inc({ code });
      log.error({ event: 'stream_refused', code });
    },
    drained({ lost, seconds }) {
      lostEvents.inc(lost);
      if (lost > 0) log.error({ event: 'events_lost', lost, seconds });
      else log.info({ event: 'drained', seconds });
    },
  };
}

/** Metrics that are read off the parts when somebody scrapes. */
export function observe(
  registry: Registry,
  parts: {
    readonly verdicts: Verdicts;
    readonly spool: Spool;
    readonly sender: Sender;
    readonly programs: Pick<ProgramCache, 'stats'>;
  },
): void {
  const { verdicts, spool, sender, programs } = parts;
  new Counter({
    name: 'trackline_calls_total',
    help: 'Calls by what became of them.',
    labelNames: ['type', 'verdict', 'reason'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { type, reason, count } of verdicts.counts()) {
        this.inc({ type, verdict: verdictOf(reason), reason: reason ?? '' }, count);
      }
    },
  });
  const gauges: [string, string, () => number][] = [
    ['spool_events', 'Events that the stream does not have yet.', () => spool.state().held],
    ['spool_bytes', 'Room that they hold.', () => spool.state().heldBytes],
    ['spool_bytes_max', 'Room that there is.', () => spool.state().bytesMax],
    ['oldest_unsent_seconds', 'Age of the oldest of them.', () => sender.status().oldestUnsentMs / 1000],
    ['accepted_through', 'The number of the last accepted event.', () => spool.state().acceptedThrough],
    ['program_cache_entries', 'Programs in memory.', () => programs.stats().entries],
    ['program_cache_absent', 'Ids known not to exist.', () => programs.stats().negativeEntries],
  ];
  for (const [name, help, read] of gauges) {
    new Gauge({
      name: `trackline_${name}`,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  }
  const loop = monitorEventLoopDelay({ resolution: 10 });
  loop.enable();
  new Gauge({
    name: 'trackline_event_loop_delay_seconds',
    help: 'Delay of the event loop since the last scrape.',
    labelNames: ['quantile'],
    registers: [registry],
    collect() {
      for (const quantile of [50, 99, 100])
        this.set({ quantile: quantile / 100 }, loop.percentile(quantile) / 1e9);
      loop.reset();
    },
  });
}
