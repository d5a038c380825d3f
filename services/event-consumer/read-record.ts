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

export type Entry =
  | { readonly kind: 'event'; readonly part: SourcePart; readonly storable: StorableEvent }
  | { readonly kind: 'statement'; readonly part: SourcePart; readonly statement: Statement }
  | {
      readonly kind: 'bad';
      readonly part: SourcePart;
      /** What it was meant to be, as far as can be told. */
      readonly of: 'event' | 'statement';
      readonly reason: Reason;
      readonly detail: string;
    };

/** How far a tracker's clock may be ahead of the stream's. */
const clockAheadMaxMs = 300_000;

/** Decodes what a record holds. Never throws: what is neither event nor statement says why. */
export function readRecord(source: SourceRecord): RecordContent {
  return { source, entries: source.parts.map(readPart) };
}

function readPart(part: SourcePart): Entry {
  const decoded = decodeRecord(part.bytes);
  if (decoded.kind === 'event') return { kind: 'event', part, storable: decoded };
  if (decoded.kind === 'bad') return { ...decoded, part };
  const { statement } = decoded;
  // From a clock that is far ahead it would keep its writer open, and its gaps young, for as long.
  const atMs = Math.min(statement.atMs, part.origin.arrivedAtMs + clockAheadMaxMs);
  // What it tells of the past keeps its age.
  const oldestUnsentAtMs = Math.max(0, statement.oldestUnsentAtMs - (statement.atMs - atMs));
  return { kind: 'statement', part, statement: { ...statement, atMs, oldestUnsentAtMs } };
}
