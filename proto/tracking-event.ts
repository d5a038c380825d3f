import type { Statement } from '@trackline/domain/ledger';
import { isMessageId } from '@trackline/domain/message-id';
import {
  type EventType,
  eventTypes,
  type RecordedEvent,
  type TrackingEvent,
  type Transaction,
  transactionStatuses,
} from '@trackline/domain/tracking-event';
import protobuf from 'protobufjs/minimal.js';
import { trackline } from './gen/tracking-event.js';

/**
 * The codec of the event stream's records. Encoding trusts its caller, who built the value; decoding trusts nobody: it rejects and never
 * throws, and keeps what it does not know.
 */

const { StreamRecord } = trackline.v1;

export type DecodedRecord =
  | {
      readonly kind: 'event';
      readonly event: RecordedEvent;
      /** The event's fields that this build does not know, as they came; null where it knows all. */
      readonly unknownFields: Uint8Array | null;
    }
  | { readonly kind: 'statement'; readonly statement: Statement }
  | {
      readonly kind: 'bad';
      readonly reason: 'event_undecodable' | 'event_invalid';
      readonly detail: string;
    };

/** One tracking event as the body of a stream record, with the place that its writer gave it. */
export function encodeEvent(event: TrackingEvent, writer: string, sequence: number): Uint8Array {
  return StreamRecord.encode({
    event: {
      writer,
      sequence,
      messageId: event.messageId,
      type: eventTypes.indexOf(event.type) + 1,
      programId: event.programId,
      programVersion: event.programVersion,
      publisherId: event.publisherId,
      clickId: event.clickId,
      visitorId: event.visitorId,
      receivedAtMs: event.receivedAtMs,
      ip: event.ip,
      userAgent: event.userAgent,
      referrer: event.referrer,
      landingUrl: event.landingUrl,
      params: event.params,
      transaction: event.transaction && {
        orderId: event.transaction.orderId,
        amount: event.transaction.amount,
        currency: event.transaction.currency,
        status: transactionStatuses.indexOf(event.transaction.status) + 1,
      },
      bot: event.bot,
      unverified: event.unverified,
      instance: event.instance,
      region: event.region,
    },
  }).finish();
}

/** One statement as the body of a stream record. */
export function encodeStatement(statement: Statement): Uint8Array {
  return StreamRecord.encode({ statement }).finish();
}

/** Whatever the bytes are: an event, a statement, or why they are neither. */
export function decodeRecord(bytes: Uint8Array): DecodedRecord {
  let record: trackline.v1.StreamRecord;
  try {
    const reader = protobuf.Reader.create(bytes);
    reader.discardUnknown = false;
    record = StreamRecord.decode(reader);
  } catch (error) {
    return bad('event_undecodable', error instanceof Error ? error.message : String(error));
  }
  if (record.event) return checkedEvent(record.event as trackline.v1.TrackingEvent);
  if (record.statement) return checkedStatement(record.statement as trackline.v1.Statement);
  return bad(
    'event_undecodable',
    bytes.length === 0 ? 'The record is empty.' : 'The record holds nothing that this build knows.',
  );
}

function checkedEvent(event: trackline.v1.TrackingEvent): DecodedRecord {
  const type: EventType | undefined = eventTypes[event.type - 1];
  const sequence = exact(event.sequence);
  const programVersion = exact(event.programVersion);
  const receivedAtMs = exact(event.receivedAtMs);
  if (!isMessageId(event.messageId))
    return bad('event_invalid', 'It has no message id, or one that is no UUIDv7.');
  if (event.programId === '') return bad('event_invalid', 'It has no program id.');
  if (event.writer === '') return bad('event_invalid', 'It has no writer.');
  if (!sequence) return bad('event_invalid', 'It has no sequence.');
  if (type === undefined) return bad('event_invalid', 'Its type is none that this build knows.');
  if (programVersion === null || receivedAtMs === null) {
    return bad('event_invalid', 'A number in it is beyond 2^53.');
  }
  const transaction = event.transaction ? checkedTransaction(event.transaction) : null;
  if (transaction === undefined)
    return bad('event_invalid', 'Its transaction has a status that this build does not know.');
  return {
    kind: 'event',
    event: {
      writer: event.writer,
      sequence,
      messageId: event.messageId,
      type,
      programId: event.programId,
      programVersion,
      publisherId: event.publisherId,
      clickId: event.clickId,
      visitorId: event.visitorId,
      receivedAtMs,
      ip: event.ip,
      userAgent: event.userAgent,
      referrer: event.referrer,
      landingUrl: event.landingUrl,
      params: event.params,
      transaction,
      bot: event.bot,
      unverified: event.unverified,
      instance: event.instance,
      region: event.region,
    },
    unknownFields: unknownFieldsOf(event),
  };
}

function checkedTransaction(transaction: trackline.v1.ITransaction): Transaction | undefined {
  const status = transactionStatuses[(transaction.status ?? 0) - 1];
  return (
    status && {
      orderId: transaction.orderId ?? '',
      amount: transaction.amount ?? '',
      currency: transaction.currency ?? '',
      status,
    }
  );
}

function checkedStatement(statement: trackline.v1.Statement): DecodedRecord {
  const { writer, instance, final } = statement;
  if (writer === '') return bad('event_invalid', 'The statement has no writer.');
  const atMs = exact(statement.atMs);
  const acceptedThrough = exact(statement.acceptedThrough);
  const rejected = exact(statement.rejected);
  const shed = exact(statement.shed);
  const ignored = exact(statement.ignored);
  const lost = exact(statement.lost);
  if (
    atMs === null ||
    acceptedThrough === null ||
    rejected === null ||
    shed === null ||
    ignored === null ||
    lost === null
  ) {
    return bad('event_invalid', 'A number in the statement is beyond 2^53.');
  }
  return {
    kind: 'statement',
    statement: { writer, instance, atMs, acceptedThrough, rejected, shed, ignored, lost, final },
  };
}

function unknownFieldsOf(message: object): Uint8Array | null {
  const unknowns = (message as { $unknowns?: readonly Uint8Array[] }).$unknowns;
  return unknowns?.length ? Buffer.concat(unknowns) : null;
}

/** A uint64 as a number, where that is exact; null beyond 2^53 − 1. The generated types say number; what comes is a Long where it was read. */
function exact(value: number | { toNumber(): number }): number | null {
  const number = typeof value === 'number' ? value : value.toNumber();
  return Number.isSafeInteger(number) && number >= 0 ? number : null;
}

function bad(reason: 'event_undecodable' | 'event_invalid', detail: string): DecodedRecord {
  return { kind: 'bad', reason, detail };
}
