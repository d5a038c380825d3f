import type { RecordedEvent } from '@trackline/domain/tracking-event';
import type { WriteFailure, WriteOutcome } from '../dynamodb/write-outcome.ts';

/** The table of tracking events, for the consumer, who writes it. */
export interface TrackingEventsWriter {
  /**
   * Stores events, one outcome for each, in order. A repeated write is the same write; under an id that a
   * client chose, the first event stays, and every other is absorbed. What the table leaves unprocessed is
   * tried again, at the pace that it can take, until `deadlineMs` (monotonic). Never rejects.
   */
  put(events: readonly StorableEvent[], deadlineMs: number): Promise<readonly WriteOutcome[]>;
  /** What is stored under an id, null where nothing is, tried until `deadlineMs`. Never rejects. */
  readBack(programId: string, messageId: string, deadlineMs: number): Promise<ReadBack>;
  /**
   * Marks a stored transaction as a duplicate of the one that claimed its order, until `deadlineMs`. One that
   * is stored no more needs no mark. Never rejects.
   */
  markDuplicate(
    event: Pick<RecordedEvent, 'programId' | 'messageId'>,
    duplicateOf: string,
    deadlineMs: number,
  ): Promise<WriteOutcome>;
  close(): Promise<void>;
}

/** The same for who looks at it; an event is found from its program id and message id by one read. */
export interface TrackingEventsReader {
  /**
   * One event; null where there is none, or where `messageId` is no message id.
   *
   * @param deadlineMs monotonic; else it takes the time that it takes
   */
  find(programId: string, messageId: string, deadlineMs?: number): Promise<StoredEvent | null>;
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

/** The same for who deletes what is known of a person. */
export interface TrackingEventsEraser {
  /**
   * Deletes the events of a visitor that are stored when it begins; those that come meanwhile may stay. It
   * reads the whole table. Whatever it deleted before it rejected, it may be begun anew.
   */
  eraseVisitor(visitorId: string, options: EraseOptions): Promise<Erased>;
  close(): Promise<void>;
}

export interface EraseOptions {
  /** Only counts what it would delete. */
  readonly dryRun: boolean;
  /** Told after each page of the table. */
  readonly onPage?: ((soFar: Erased) => void) | undefined;
}

/** Numbers of events. */
export interface Erased {
  /** Of all visitors. */
  readonly read: number;
  /** Of this visitor. */
  readonly found: number;
  readonly erased: number;
}

export interface StorableEvent {
  readonly event: RecordedEvent;
  /** Protobuf fields that this build does not know, as they came: kept for whoever does. */
  readonly unknownFields: Uint8Array | null;
}

export interface StoredEvent extends StorableEvent {
  /** Of a transaction whose order is another's: the message id of that order's claimant; else ''. */
  readonly duplicateOf: string;
}

export type ReadBack = { readonly ok: true; readonly value: StoredEvent | null } | WriteFailure;
