import type { DeadLetter, DeadLetters } from '@trackline/adapters/event-store/dead-letters';
import type { Ledger } from '@trackline/adapters/event-store/ledger';
import type { StorableEvent, TrackingEvents } from '@trackline/adapters/event-store/tracking-events';
import { itemTooLarge, type WriteOutcome } from '@trackline/adapters/event-store/write-outcome';
import type { SourceRecord } from '@trackline/adapters/kinesis-records/kinesis-records';
import type { Clock } from '@trackline/domain/clock';
import type { RecordedEvent } from '@trackline/domain/tracking-event';
import { Failures } from './failures.ts';
import type { Deadlines } from './limits.ts';
import { type Entry, type RecordContent, readRecord } from './read-record.ts';
import { type Place, runsOf } from './runs.ts';
import type { ConsumerTelemetry } from './telemetry.ts';

export interface ConsumerParts {
  readonly trackingEvents: TrackingEvents;
  readonly ledger: Ledger;
  readonly deadLetters: DeadLetters;
  readonly telemetry: ConsumerTelemetry;
  readonly clock: Clock;
}

/**
 * Persists one batch. The order is what makes the ledger a proof: events and dead letters first, and a record's row is booked only when all that it covers is kept. All writes
 * are the same when repeated, so a record that failed halfway simply comes again.
 *
 * @returns the sequence numbers of the records that must come again. Never rejects.
 */
export async function consume(
  parts: ConsumerParts,
  records: readonly SourceRecord[],
  deadlines: Deadlines,
): Promise<readonly string[]> {
  const { trackingEvents, deadLetters, ledger, telemetry, clock } = parts;
  const fromMs = clock.monotonicMs();
  const failures = new Failures();
  const contents = records.map(readRecord);

  const { outcomes, distinct, duplicates } = await storeEvents(trackingEvents, contents, deadlines.eventsMs);
  const settled = contents.map((content) => settle(content, outcomes, failures));

  const letters = settled.flatMap(({ sequenceNumber, letters }) => owned(sequenceNumber, letters));
  const kept = await deadLetters.put(letters.map(unowned), deadlines.writesMs);
  failures.addAll('dead_letters', letters, kept);

  const whole = settled.filter(({ sequenceNumber }) => !failures.has(sequenceNumber));
  const storedAtMs = clock.wallMs();
  const rows = whole.flatMap(({ sequenceNumber, places }) =>
    owned(
      sequenceNumber,
      runsOf(places).map((run) => ({ ...run, storedAtMs })),
    ),
  );
  const statements = whole.flatMap(({ sequenceNumber, statements }) => owned(sequenceNumber, statements));
  failures.addAll('ledger', rows, await ledger.book(rows.map(unowned), deadlines.writesMs));
  failures.addAll('ledger', statements, await ledger.state(statements.map(unowned), deadlines.writesMs));

  for (const failure of failures.summary()) telemetry.writeFailed(failure);
  const keptReasons = letters.filter((_, index) => kept[index]!.ok).map(({ value }) => value.reason);
  for (const reason of new Set(keptReasons)) {
    telemetry.deadLettered({ reason, count: keptReasons.filter((each) => each === reason).length });
  }
  telemetry.batchConsumed({
    records: records.length,
    events: distinct,
    duplicates,
    deadLetters: keptReasons.length,
    statements: statements.length,
    rows: rows.length,
    failedRecords: failures.sequenceNumbers().length,
    milliseconds: Math.round(clock.monotonicMs() - fromMs),
  });
  return failures.sequenceNumbers();
}

/** Stores each event once, whatever the batch repeats. */
async function storeEvents(
  trackingEvents: TrackingEvents,
  contents: readonly RecordContent[],
  deadlineMs: number,
) {
  const distinct = new Map<string, StorableEvent>();
  let all = 0;
  for (const { entries } of contents) {
    for (const entry of entries) {
      if (entry.kind !== 'event') continue;
      all++;
      const identity = identityOf(entry.storable.event);
      if (!distinct.has(identity)) distinct.set(identity, entry.storable);
    }
  }
  const results = await trackingEvents.put([...distinct.values()], deadlineMs);
  const outcomes = new Map([...distinct.keys()].map((identity, index) => [identity, results[index]!]));
  return { outcomes, distinct: distinct.size, duplicates: all - distinct.size };
}

interface SettledRecord {
  readonly sequenceNumber: string;
  readonly letters: readonly DeadLetter[];
  readonly places: readonly Place[];
  readonly statements: RecordContent['statements'];
}

/** What is left to do for a record, once its events are stored or are not. */
function settle(
  { sequenceNumber, entries, statements }: RecordContent,
  outcomes: ReadonlyMap<string, WriteOutcome>,
  failures: Failures,
): SettledRecord {
  const letters: DeadLetter[] = [];
  const places: Place[] = [];
  for (const entry of entries) {
    if (entry.kind === 'undecodable') {
      letters.push(letter(entry, entry.reason, entry.detail));
      places.push('undecodable');
      continue;
    }
    const { event } = entry.storable;
    const outcome = outcomes.get(identityOf(event))!;
    const isDeadLetter = !outcome.ok && !outcome.retriable;
    if (isDeadLetter) {
      const reason = outcome.code === itemTooLarge ? 'event_too_large' : 'event_invalid';
      letters.push(letter(entry, reason, outcome.detail));
    } else {
      failures.add('events', sequenceNumber, outcome);
    }
    places.push({ writer: event.writer, sequence: event.sequence, isDeadLetter });
  }
  return { sequenceNumber, letters, places, statements };
}

function letter({ part }: Entry, reason: DeadLetter['reason'], detail: string): DeadLetter {
  return { reason, detail, bytes: part.bytes, origin: part.origin };
}

/** What makes two events one: the same place in the table. */
function identityOf({ programId, messageId }: RecordedEvent): string {
  return `${programId}#${messageId}`;
}

/** Something to be written, and the record that fails if it is not. */
interface Owned<T> {
  readonly sequenceNumber: string;
  readonly value: T;
}

function owned<T>(sequenceNumber: string, values: readonly T[]): Owned<T>[] {
  return values.map((value) => ({ sequenceNumber, value }));
}

function unowned<T>({ value }: Owned<T>): T {
  return value;
}
