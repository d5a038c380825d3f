import {
  isHopeless,
  itemTooLarge,
  itemUnreadable,
  type WriteFailure,
} from '@trackline/adapters/dynamodb/write-outcome';
import type { DeadLetter, DeadLettersWriter } from '@trackline/adapters/event-store/dead-letters';
import type { LedgerWriter } from '@trackline/adapters/event-store/ledger';
import type { SourceRecord } from '@trackline/adapters/kinesis-records/kinesis-records';
import type { Clock } from '@trackline/domain/clock';
import type { Reason } from '@trackline/domain/verdict';
import { Failures } from './failures.ts';
import { type Deadlines, limits } from './limits.ts';
import { type Entry, type RecordContent, readRecord } from './read-record.ts';
import { type Place, runsOf } from './runs.ts';
import type { OrderParts } from './settle-orders.ts';
import { type Outcome, type Outcomes, storeEvents } from './store-events.ts';
import type { ConsumerTelemetry } from './telemetry.ts';

export interface ConsumerParts extends OrderParts {
  readonly ledger: LedgerWriter;
  readonly deadLetters: DeadLettersWriter;
  readonly telemetry: ConsumerTelemetry;
  readonly clock: Clock;
}

/**
 * Persists one batch. The order of things is what makes the ledger a proof: a record's row is booked only
 * when all that it covers is kept, be it as events, whose orders are settled, or as dead letters. All writes
 * are the same when repeated, so a record that failed halfway simply comes again. What no repetition mends is
 * kept as a dead letter, and holds up nobody.
 *
 * @returns the sequence numbers of the records that must come again, in order. Never rejects.
 */
export async function consume(
  parts: ConsumerParts,
  records: readonly SourceRecord[],
  deadlines: Deadlines,
): Promise<readonly string[]> {
  const { deadLetters, ledger, telemetry, clock } = parts;
  const fromMs = clock.monotonicMs();
  const failures = new Failures();
  const contents = records.map(readRecord);

  const [stored, stated] = await Promise.all([
    storeEvents(parts, contents, deadlines),
    keepStatements(ledger, contents, deadlines.eventsMs),
  ]);
  const outcomeOf = (entry: Entry) => stored.outcomes.get(entry) ?? stated.get(entry)!;
  const settled = contents.map((content) => settle(content, outcomeOf, failures));

  // What has no dead letters does not wait for their table.
  const letters = settled.flatMap(({ sequenceNumber, letters }) => owned(sequenceNumber, letters));
  const [kept, rowsOfClean] = await Promise.all([
    deadLetters.put(letters.map(unowned), deadlines.writesMs),
    book(settled.filter((record) => record.letters.length === 0)),
  ]);
  failures.addAll('dead_letters', letters, kept);
  const rowsOfOthers = await book(settled.filter((record) => record.letters.length > 0));

  const failed = records.map((record) => record.sequenceNumber).filter((each) => failures.has(each));
  for (const failure of failures.summary()) telemetry.writeFailed(failure);
  const keptReasons = letters.filter((_, index) => kept[index]!.ok).map(({ value }) => value.reason);
  for (const reason of new Set(keptReasons)) {
    telemetry.deadLettered({ reason, count: keptReasons.filter((each) => each === reason).length });
  }
  telemetry.batchConsumed({
    records: records.length,
    events: stored.distinct,
    duplicates: stored.duplicates,
    ordersClaimed: stored.roles.claim,
    ordersMoved: stored.roles.move,
    orderDuplicates: stored.roles.duplicate,
    deadLetters: keptReasons.length,
    statements: stated.size,
    rows: rowsOfClean + rowsOfOthers,
    failedRecords: failed.length,
    milliseconds: Math.round(clock.monotonicMs() - fromMs),
  });
  return failed;

  /** Books what the records cover, but for those that come again. Returns how many rows that is. */
  async function book(settledRecords: readonly SettledRecord[]): Promise<number> {
    const whole = settledRecords.filter(({ sequenceNumber }) => !failures.has(sequenceNumber));
    const storedAtMs = clock.wallMs();
    const rows = whole.flatMap(({ sequenceNumber, places }) =>
      owned(
        sequenceNumber,
        runsOf(places).map((run) => ({ ...run, storedAtMs })),
      ),
    );
    failures.addAll('ledger', rows, await ledger.book(rows.map(unowned), deadlines.writesMs));
    return rows.length;
  }
}

/** Keeps statements; they only say how far events were accepted, so they need not wait for them. */
async function keepStatements(
  ledger: LedgerWriter,
  contents: readonly RecordContent[],
  deadlineMs: number,
): Promise<Outcomes> {
  const entries = contents.flatMap(({ entries }) => entries.filter((entry) => entry.kind === 'statement'));
  const results = await ledger.state(
    entries.map(({ statement }) => statement),
    deadlineMs,
  );
  return new Map(entries.map((entry, index) => [entry, { target: 'ledger', outcome: results[index]! }]));
}

interface SettledRecord {
  readonly sequenceNumber: string;
  readonly letters: readonly DeadLetter[];
  readonly places: readonly Place[];
}

/** What is left to do for a record, once its parts are stored or are not. */
function settle(
  { source, entries }: RecordContent,
  outcomeOf: (entry: Entry) => Outcome,
  failures: Failures,
): SettledRecord {
  const { sequenceNumber } = source;
  const letters: DeadLetter[] = [];
  const places: Place[] = [];
  for (const entry of entries) {
    if (entry.kind === 'bad') {
      letters.push({ reason: entry.reason, detail: entry.detail, ...entry.part });
      if (entry.of === 'event') places.push('undecodable');
      continue;
    }
    const { target, outcome } = outcomeOf(entry);
    const isDeadLetter = isHopeless(outcome);
    if (isDeadLetter) {
      letters.push({ reason: reasonOf(outcome), detail: outcome.detail, ...entry.part });
    } else {
      failures.add(target, sequenceNumber, outcome);
    }
    if (entry.kind === 'event') {
      const { writer, sequence } = entry.storable.event;
      places.push({ writer, sequence, isDeadLetter });
    }
  }
  return { sequenceNumber, letters: bounded(letters, source), places };
}

/** Why an event is a dead letter whose write is hopeless. */
function reasonOf({ code }: WriteFailure): Reason {
  if (code === itemTooLarge) return 'event_too_large';
  return code === itemUnreadable ? 'order_unreadable' : 'event_invalid';
}

/**
 * A record of which hardly anything is good is kept whole: a letter for each part could take longer than
 * there is.
 */
function bounded(letters: readonly DeadLetter[], { whole, parts }: SourceRecord): readonly DeadLetter[] {
  const [first] = letters;
  if (first === undefined || letters.length <= limits.lettersPerRecordMax) return letters;
  const detail = `${letters.length} of the ${parts.length} parts of this record, the first of them: ${first.detail}`;
  return [{ reason: first.reason, detail, ...whole }];
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
