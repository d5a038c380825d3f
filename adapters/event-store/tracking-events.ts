import type { RecordedEvent } from '@trackline/domain/tracking-event';
import type { WriteOutcome } from '../dynamodb/write-outcome.ts';

/** The table of tracking events, for the consumer, who writes it. */
export interface TrackingEventsWriter {
  /**
   * Stores events, one outcome for each, in order. A repeated write is the same write. What the table leaves
   * unprocessed is tried again with full jitter until `deadlineMs` (monotonic). Never rejects.
   */
  put(events: readonly StorableEvent[], deadlineMs: number): Promise<readonly WriteOutcome[]>;
  close(): Promise<void>;
}

/** The same for who looks at it; an event is found from its program id and message id by one read. */
export interface TrackingEventsReader {
  /** One event; null where there is none, or where `messageId` is no message id. */
  find(programId: string, messageId: string): Promise<StoredEvent | null>;
  /**
   * The events of one program received in one hour (UTC, `YYYYMMDDHH`), oldest first in each of its shards.
   */
  inHour(programId: string, hour: string): AsyncIterable<StoredEvent>;
  /**
   * How many events of each type (keys of EventType) one program has in one hour, without carrying them over.
   */
  countInHour(programId: string, hour: string): Promise<Readonly<Record<string, number>>>;
  close(): Promise<void>;
}

export interface StorableEvent {
  readonly event: RecordedEvent;
  /** Protobuf fields that this build does not know, as they came: kept for whoever does. */
  readonly unknownFields: Uint8Array | null;
}

export type StoredEvent = StorableEvent;
