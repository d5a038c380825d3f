import type { StorableEvent } from '@trackline/adapters/event-store/tracking-events';
import type { SourcePart, SourceRecord } from '@trackline/adapters/kinesis-records/kinesis-records';
import type { Statement } from '@trackline/domain/ledger';
import type { Reason } from '@trackline/domain/verdict';
import { decodeRecord } from '@trackline/proto/tracking-event';

/** One record of the stream, decoded. */
export interface RecordContent {
  readonly sequenceNumber: string;
  /** What is an event or should be one, in the order of the aggregate. */
  readonly entries: readonly Entry[];
  readonly statements: readonly Statement[];
}

export type Entry =
  | { readonly kind: 'event'; readonly part: SourcePart; readonly storable: StorableEvent }
  | {
      readonly kind: 'undecodable';
      readonly part: SourcePart;
      readonly reason: Reason;
      readonly detail: string;
    };

/** Decodes what a record holds. Never throws: what is no event says why. */
export function readRecord({ sequenceNumber, parts }: SourceRecord): RecordContent {
  const entries: Entry[] = [];
  const statements: Statement[] = [];
  for (const part of parts) {
    const decoded = decodeRecord(part.bytes);
    if (decoded.kind === 'statement') statements.push(decoded.statement);
    else if (decoded.kind === 'event') entries.push({ kind: 'event', part, storable: decoded });
    else entries.push({ kind: 'undecodable', part, reason: decoded.reason, detail: decoded.detail });
  }
  return { sequenceNumber, entries, statements };
}
