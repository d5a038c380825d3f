import type { StorableEvent } from '@trackline/adapters/event-store/tracking-events';
import type { SourcePart, SourceRecord } from '@trackline/adapters/kinesis-records/kinesis-records';
import type { Statement } from '@trackline/domain/ledger';
import type { Reason } from '@trackline/domain/verdict';
import { decodeRecord } from '@trackline/proto/tracking-event';

/** One record of the stream, decoded: its parts in the order of the aggregate. */
export interface RecordContent {
  readonly source: SourceRecord;
  readonly entries: readonly Entry[];
}

export interface EventEntry {
  readonly kind: 'event';
  readonly part: SourcePart;
  readonly storable: StorableEvent;
}

export type Entry =
  | EventEntry
  | { readonly kind: 'statement'; readonly part: SourcePart; readonly statement: Statement }
  | {
      readonly kind: 'bad';
      readonly part: SourcePart;
      /** What it was meant to be, as far as can be told. */
      readonly of: 'event' | 'statement';
      readonly reason: Reason;
      readonly detail: string;
    };

/** How far a tracker's clock may be off the stream's. */
const clockOffMaxMs = 300_000;

/** Decodes what a record holds. Never throws: what is neither event nor statement says why. */
export function readRecord(source: SourceRecord): RecordContent {
  return { source, entries: source.parts.map(readPart) };
}

function readPart(part: SourcePart): Entry {
  const decoded = decodeRecord(part.bytes, part.origin);
  if (decoded.kind === 'event') return { kind: 'event', part, storable: decoded };
  if (decoded.kind === 'bad') return { ...decoded, part };
  const { statement } = decoded;
  const { arrivedAtMs } = part.origin;
  // From a clock that is far ahead it would keep its writer open, and its gaps young, for as long; from one that
  // is far behind, what was sent a moment ago would be missing at once.
  const atMs = Math.min(Math.max(statement.atMs, arrivedAtMs - clockOffMaxMs), arrivedAtMs + clockOffMaxMs);
  // What it tells of the past keeps its age; 0 is no time.
  const offMs = statement.oldestUnsentAtMs === 0 ? 0 : statement.atMs - atMs;
  const oldestUnsentAtMs = Math.max(0, statement.oldestUnsentAtMs - offMs);
  return { kind: 'statement', part, statement: { ...statement, atMs, oldestUnsentAtMs } };
}
