import type { Logger } from '@trackline/adapters/log/log';
import type { Clock } from '@trackline/domain/clock';
import { placeOf } from '@trackline/domain/error-place';
import type { DrainTelemetry } from '../drain.ts';
import type { OverloadTelemetry } from '../http/overload/overload.ts';
import type { CallTelemetry } from '../http/tracking/call.ts';
import type { EpochCause, IncoherenceCause, ProgramCacheTelemetry } from '../program-cache/telemetry.ts';
import type { SpoolTelemetry } from '../shipping/disk/telemetry.ts';
import type { SenderTelemetry, SendFailure } from '../shipping/sender.ts';
import type { StatementTelemetry } from '../shipping/statements.ts';
import type { Metrics } from './metrics.ts';

const logAgainAfterMs = 10_000;

type Fields = Readonly<Record<string, unknown>>;

/**
 * What the tracker's parts have to tell, turned into metrics and log lines: here, and nowhere else. What can
 * happen again and again is logged once in ten seconds and says how often it was left out; its metric counts
 * every time.
 */
export class Telemetry
  implements
    CallTelemetry,
    SpoolTelemetry,
    OverloadTelemetry,
    SenderTelemetry,
    StatementTelemetry,
    DrainTelemetry,
    ProgramCacheTelemetry
{
  readonly #log: Logger;
  readonly #metrics: Metrics;
  readonly #clock: Clock;
  readonly #quiet = new Map<string, { untilMs: number; leftOut: number }>();

  constructor(log: Logger, metrics: Metrics, clock: Clock) {
    this.#log = log;
    this.#metrics = metrics;
    this.#clock = clock;
  }

  listening(fields: { readonly url: string; readonly adminUrl: string; readonly writer: string }): void {
    this.#log.info({ event: 'tracker_listening', ...fields }, 'The tracker listens.');
  }

  callFailed({ error }: { readonly error: unknown }): void {
    this.#metrics.callsFailed.inc();
    this.#often('error', 'call_failed', { ...placeOf(error) }, 'A call failed that should not have.');
  }

  groupKept({ events, bytes, tookMs }: Parameters<SpoolTelemetry['groupKept']>[0]): void {
    const { groupSeconds, groupEvents, bytesSpooled } = this.#metrics;
    groupSeconds.observe(tookMs / 1000);
    groupEvents.observe(events);
    bytesSpooled.inc(bytes);
  }

  spoolFailed(failure: Parameters<SpoolTelemetry['spoolFailed']>[0]): void {
    this.#metrics.spoolFailures.inc({ code: failure.code });
    const words = 'The spool’s disk failed, or has no room (ENOSPC); it is tried again.';
    this.#often('error', 'spool_failed', failure, words);
  }

  spoolDamaged(damage: Parameters<SpoolTelemetry['spoolDamaged']>[0]): void {
    this.#metrics.spoolDamage.inc(damage.stretches);
    const words =
      'Some of a segment is damaged. At its end it may be what was just being written, else events are lost.';
    this.#log.error({ event: 'spool_damaged', ...damage }, words);
  }

  segmentUnreadable(problem: Parameters<SpoolTelemetry['segmentUnreadable']>[0]): void {
    this.#metrics.segmentsUnreadable.inc();
    this.#log.error(
      { event: 'segment_unreadable', ...problem },
      'A segment can’t be read, and is left as it is. A person is needed.',
    );
  }

  spoolFilling(spool: Parameters<SpoolTelemetry['spoolFilling']>[0]): void {
    this.#log.error({ event: 'spool_filling', ...spool }, 'The spool fills up: the stream takes too little.');
  }

  spoolAdopted(adopted: Parameters<SpoolTelemetry['spoolAdopted']>[0]): void {
    this.#log.info({ event: 'spool_adopted', ...adopted }, 'What a tracker that is gone has left is sent.');
  }

  overloadBegan(fields: Parameters<OverloadTelemetry['overloadBegan']>[0]): void {
    this.#often('warn', 'overload_began', fields, 'There is too much to do: calls are shed.');
  }

  overloadEnded(fields: Parameters<OverloadTelemetry['overloadEnded']>[0]): void {
    this.#often('info', 'overload_ended', fields, 'One cause to shed calls is over.');
  }

  putEnded(call: Parameters<SenderTelemetry['putEnded']>[0]): void {
    const { putRecords, putSeconds } = this.#metrics;
    putSeconds.observe(call.tookMs / 1000);
    putRecords.inc({ outcome: 'ok' }, call.records - call.failedRecords);
    putRecords.inc({ outcome: 'failed' }, call.failedRecords);
    this.#metrics.eventsSent.inc(call.eventsSent);
  }

  putFailed(failure: SendFailure): void {
    this.#metrics.putFailures.inc({ code: failure.code }, failure.records);
    if (failure.retriable) {
      this.#often(
        'warn',
        'put_failed',
        { ...failure },
        'The event stream did not take some records; they go again.',
      );
    } else {
      const words =
        'The event stream refuses records for a reason that no retry mends; they are kept. A person is needed.';
      this.#often('error', 'put_refused', { ...failure }, words);
    }
  }

  statementFailed(failure: { readonly code: string; readonly final: boolean }): void {
    this.#metrics.statementFailures.inc();
    this.#often('warn', 'statement_failed', failure, 'A statement did not reach the event stream.');
  }

  restartIgnored(): void {
    const words = 'SIGUSR2 restarts the workers of a cluster, by its primary. This process goes on as it is.';
    this.#log.warn({ event: 'restart_ignored' }, words);
  }

  drainBegan(fields: { readonly cause: string }): void {
    this.#log.info({ event: 'drain_began', ...fields }, 'The tracker drains.');
  }

  drainEnded(fields: Parameters<DrainTelemetry['drainEnded']>[0]): void {
    if (fields.lost > 0) this.#eventsLost(fields.lost);
    const words = fields.lastStatementSent
      ? 'The tracker is drained.'
      : 'The tracker ends without a last statement.';
    this.#log[fields.lastStatementSent ? 'info' : 'warn']({ event: 'drain_ended', ...fields }, words);
  }

  drainCutShort(fields: Parameters<DrainTelemetry['drainCutShort']>[0]): void {
    if (fields.lost > 0) this.#eventsLost(fields.lost);
    this.#log.warn({ event: 'drain_cut_short', ...fields }, 'A second signal: the tracker ends at once.');
  }

  cacheCoherent(): void {
    this.#log.info({ event: 'cache_coherent' }, 'The program cache hears of every change.');
  }

  cacheIncoherent(fields: { readonly cause: IncoherenceCause; readonly detail: string }): void {
    this.#metrics.incoherences.inc({ cause: fields.cause });
    this.#often(
      'warn',
      'cache_incoherent',
      fields,
      'The program cache does not hear of changes: it serves what it has.',
    );
  }

  epochRaised(fields: { readonly cause: EpochCause }): void {
    this.#metrics.epochs.inc({ cause: fields.cause });
    this.#often(
      'info',
      'epoch_raised',
      fields,
      'Every program is checked with the store before its next use.',
    );
  }

  fetchFailed(fields: { readonly code: string }): void {
    this.#metrics.fetchFailures.inc({ code: fields.code });
    this.#often('warn', 'fetch_failed', fields, 'The program store could not be asked.');
  }

  staleFetch(fields: { readonly id: string }): void {
    this.#metrics.staleFetches.inc();
    this.#often(
      'error',
      'stale_fetch',
      fields,
      'The program store gave an older version than is known, or none: it lost something.',
    );
  }

  servedUnrevalidated(): void {
    this.#metrics.servedUnrevalidated.inc();
  }

  servedStale(): void {
    this.#metrics.servedStale.inc();
  }

  announcementUnreadable(): void {
    this.#metrics.unreadable.inc();
    this.#often('warn', 'announcement_unreadable', {}, 'A message on the channel is no announcement.');
  }

  programDamaged(id: string, detail: string): void {
    this.#metrics.damaged.inc();
    this.#often(
      'error',
      'program_damaged',
      { id, detail },
      'What the program store has of a program can’t be read.',
    );
  }

  #eventsLost(events: number): void {
    const words = `${events} accepted events did not reach the event stream in time, and are lost.`;
    this.#log.error({ event: 'events_lost', events }, words);
  }

  #often(level: 'info' | 'warn' | 'error', event: string, fields: Fields, words: string): void {
    const nowMs = this.#clock.monotonicMs();
    const quiet = this.#quiet.get(event);
    if (quiet !== undefined && nowMs < quiet.untilMs) {
      quiet.leftOut++;
      return;
    }
    this.#quiet.set(event, { untilMs: nowMs + logAgainAfterMs, leftOut: 0 });
    const leftOut = quiet?.leftOut ?? 0;
    this.#log[level]({ event, ...fields, ...(leftOut > 0 && { leftOut }) }, words);
  }
}
