import type { DeadLetters } from '@trackline/adapters/event-store/dead-letters';
import type { Ledger } from '@trackline/adapters/event-store/ledger';
import type {
  StorableEvent,
  StoreOutcome,
  TrackingEvents,
} from '@trackline/adapters/event-store/tracking-events';
import type { SourcePart, SourceRecord } from '@trackline/adapters/kinesis-records/kinesis-records';
import type { Clock } from '@trackline/domain/clock';
import type { LedgerRow, Statement } from '@trackline/domain/ledger';
import type { Reason } from '@trackline/domain/verdict';
import { decodeRecord } from '@trackline/proto/tracking-event';
import { type Place, runsOf } from './runs.ts';
import type { ConsumerTelemetry } from './telemetry.ts';

export interface ConsumerParts {
  readonly trackingEvents: TrackingEvents;
  readonly ledger: Ledger;
  readonly deadLetters: DeadLetters;
  readonly telemetry: ConsumerTelemetry;
  readonly clock: Clock;
}

/** Dead letters that are written at once: a batch of poison must not open a thousand connections. */
const deadLettersAtOnce = 8;

/**
 * Persists one batch. The order is what makes the ledger a proof: events and dead letters first, and a row is booked only when all that it covers is kept.
 *
 * @param deadlineMs monotonic; what is not written by then has failed
 * @returns the sequence numbers of the records that must come again. Never rejects.
 */
export async function consume(
  parts: ConsumerParts,
  records: readonly SourceRecord[],
  deadlineMs: number,
): Promise<string[]> {
  const fromMs = parts.clock.monotonicMs();
  const failed = new Set<string>();
  const sorted = records.map(sort);

  const { outcomes, duplicates } = await storeEvents(parts, sorted, deadlineMs);
  const letters = sorted.flatMap(({ record, dead }) => dead.map((letter) => ({ record, letter })));
  for (const { record, events } of sorted) {
    for (const { part, storable } of events) {
      const outcome = outcomes.get(keyOf(storable))!;
      if (outcome === 'failed') failed.add(record.sequenceNumber);
      if (outcome === 'too_large') {
        letters.push({
          record,
          letter: { part, reason: 'event_too_large', detail: 'Its item is over 400 KB.' },
        });
      }
    }
  }
  await keepLetters(parts, letters, failed);
  await Promise.all(
    sorted.map(async ({ record, places, statements }) => {
      if (failed.has(record.sequenceNumber)) return;
      try {
        await parts.ledger.book(rowsOf(places, outcomes, parts.clock.wallMs()));
        for (const statement of statements) await parts.ledger.state(statement);
      } catch (err) {
        failed.add(record.sequenceNumber);
        parts.telemetry.writeFailed({ what: 'ledger', err });
      }
    }),
  );

  const stored = [...outcomes.values()].filter((outcome) => outcome === 'stored').length;
  parts.telemetry.batchConsumed({
    records: records.length,
    events: outcomes.size + duplicates,
    stored,
    duplicates,
    statements: sorted.reduce((sum, { statements }) => sum + statements.length, 0),
    failedRecords: failed.size,
    milliseconds: Math.round(parts.clock.monotonicMs() - fromMs),
  });
  return [...failed];
}

interface Letter {
  readonly part: SourcePart;
  readonly reason: Reason;
  readonly detail: string;
}

interface SortedRecord {
  readonly record: SourceRecord;
  readonly events: readonly { readonly part: SourcePart; readonly storable: StorableEvent }[];
  readonly statements: readonly Statement[];
  readonly dead: readonly Letter[];
  /** Events and what could not be decoded, in the order of the aggregate. */
  readonly places: readonly (StorableEvent | 'undecodable')[];
}

/** What a record holds, each part by its kind. */
function sort(record: SourceRecord): SortedRecord {
  const events: { part: SourcePart; storable: StorableEvent }[] = [];
  const statements: Statement[] = [];
  const dead: Letter[] = [];
  const places: (StorableEvent | 'undecodable')[] = [];
  for (const part of record.parts) {
    const decoded = decodeRecord(part.bytes);
    if (decoded.kind === 'statement') {
      statements.push(decoded.statement);
    } else if (decoded.kind === 'event') {
      const storable = { event: decoded.event, unknownFields: decoded.unknownFields };
      events.push({ part, storable });
      places.push(storable);
    } else {
      dead.push({ part, reason: decoded.reason, detail: decoded.detail });
      places.push('undecodable');
    }
  }
  return { record, events, statements, dead, places };
}

/** What makes two events one: the same place in the table. */
function keyOf({ event }: StorableEvent): string {
  return `${event.programId}/${event.messageId}`;
}

/** Stores each event once, whatever the batch repeats. */
async function storeEvents(
  { trackingEvents, telemetry }: ConsumerParts,
  sorted: readonly SortedRecord[],
  deadlineMs: number,
) {
  const unique = new Map<string, StorableEvent>();
  let duplicates = 0;
  for (const { events } of sorted) {
    for (const { storable } of events) {
      const key = keyOf(storable);
      if (unique.has(key)) duplicates++;
      else unique.set(key, storable);
    }
  }
  const results = await trackingEvents.put([...unique.values()], deadlineMs);
  const outcomes = new Map<string, StoreOutcome>(
    [...unique.keys()].map((id, index) => [id, results[index]!]),
  );
  const failures = results.filter((outcome) => outcome === 'failed').length;
  if (failures > 0)
    telemetry.writeFailed({ what: 'events', err: `${failures} events could not be stored in time` });
  return { outcomes, duplicates };
}

async function keepLetters(
  { deadLetters, telemetry }: ConsumerParts,
  letters: readonly { readonly record: SourceRecord; readonly letter: Letter }[],
  failed: Set<string>,
): Promise<void> {
  const waiting = [...letters];
  const worker = async () => {
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      const { record, letter } = next;
      try {
        const { part, reason, detail } = letter;
        await deadLetters.put({ reason, detail, bytes: part.bytes, origin: part.origin });
      } catch (err) {
        failed.add(record.sequenceNumber);
        telemetry.writeFailed({ what: 'dead_letter', err });
      }
    }
  };
  await Promise.all(Array.from({ length: deadLettersAtOnce }, worker));
  for (const reason of new Set(letters.map(({ letter }) => letter.reason))) {
    telemetry.deadLettered({
      reason,
      count: letters.filter(({ letter }) => letter.reason === reason).length,
    });
  }
}

/** The rows of one record. What was too large to be stored is a dead letter at its place. */
function rowsOf(
  places: SortedRecord['places'],
  outcomes: ReadonlyMap<string, StoreOutcome>,
  storedAtMs: number,
): LedgerRow[] {
  const kept = places.map((place): Place => {
    if (place === 'undecodable') return place;
    const { writer, sequence } = place.event;
    return { writer, sequence, isDeadLetter: outcomes.get(keyOf(place)) === 'too_large' };
  });
  return runsOf(kept).map((run) => ({ ...run, storedAtMs }));
}
