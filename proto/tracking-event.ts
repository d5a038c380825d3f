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
  if (!isMessageId(event.messageId))
    return bad('event_invalid', 'It has no message id, or one that is no UUIDv7.');
  if (event.programId === '') return bad('event_invalid', 'It has no program id.');
  if (event.writer === '') return bad('event_invalid', 'It has no writer.');
  if (!isCount(event.sequence) || event.sequence === 0) return bad('event_invalid', 'It has no sequence.');
  if (type === undefined) return bad('event_invalid', 'Its type is none that this build knows.');
  if (!isCount(event.programVersion) || !isCount(event.receivedAtMs)) {
    return bad('event_invalid', 'A number in it is beyond 2^53.');
  }
  const transaction = event.transaction ? checkedTransaction(event.transaction) : null;
  if (transaction === undefined)
    return bad('event_invalid', 'Its transaction has a status that this build does not know.');
  return {
    kind: 'event',
    event: {
      writer: event.writer,
      sequence: event.sequence,
      messageId: event.messageId,
      type,
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
  const { writer, instance, atMs, acceptedThrough, rejected, shed, ignored, lost, final } = statement;
  if (writer === '') return bad('event_invalid', 'The statement has no writer.');
  if (![atMs, acceptedThrough, rejected, shed, ignored, lost].every(isCount)) {
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

/** uint64 as a number: exact up to 2^53 − 1, and refused beyond. */
function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function bad(reason: 'event_undecodable' | 'event_invalid', detail: string): DecodedRecord {
  return { kind: 'bad', reason, detail };
}
