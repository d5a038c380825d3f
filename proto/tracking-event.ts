import { type Consent, type ConsentChoice, consentBases } from '@trackline/domain/consent';
import { isIdentifier } from '@trackline/domain/identifier';
import type { Statement } from '@trackline/domain/ledger';
import { isMessageId, messageIdMs } from '@trackline/domain/message-id';
import {
  eventTypes,
  type RecordedEvent,
  type TrackingEvent,
  type Transaction,
  transactionStatuses,
} from '@trackline/domain/tracking-event';
import protobuf from 'protobufjs/minimal.js';
import { encodeEventView, subIdName } from './event-encoder.ts';
import { trackline } from './gen/tracking-event.js';
import { base64urlText, uuidText } from './id-bytes.ts';

/**
 * The codec of the event stream's records. Encoding trusts its caller, who built the value; decoding trusts
 * nobody: it rejects and never throws, and keeps what it does not know.
 */

const { StreamRecord } = trackline.v1;

/** Where a record came from: what an event does not say of itself. */
export interface RecordSource {
  /** Of the record itself, be it inside an aggregate: its writer. */
  readonly partitionKey: string;
  /** Of the stream, and so of the tracker; '' where nobody knows it. */
  readonly region: string;
}

export type DecodedRecord =
  | {
      readonly kind: 'event';
      readonly event: RecordedEvent;
      /**
       * The fields of the event and of its transaction that this build does not know, null where it knows
       * all. Appended to an encoding of the event (protobuf merges what comes twice), they make it whole
       * again.
       */
      readonly unknownFields: Uint8Array | null;
    }
  | { readonly kind: 'statement'; readonly statement: Statement }
  | {
      readonly kind: 'bad';
      /** A bad statement has no place among its writer's events; anything else may have been one. */
      readonly of: 'event' | 'statement';
      readonly reason: 'event_undecodable' | 'event_invalid';
      readonly detail: string;
    };

const consentChoices: readonly ConsentChoice[] = ['granted', 'denied'];

/** A writer names partitions of the stream and of the ledger; Kinesis takes 256 characters for that. */
const writerLengthMax = 256;
/** An instance names a tracker for people. */
const instanceLengthMax = 256;
/** The last millisecond of the year 9999: whoever writes times for people goes no further. */
const timeMsMax = 253_402_300_799_999;

/**
 * One tracking event as the body of a stream record, with the number that its writer gave it; the record's partition
 * key is to be the writer.
 */
export function encodeEvent(event: TrackingEvent, sequence: number): Uint8Array {
  return Buffer.from(encodeEventView(event, sequence));
}

/** One statement as the body of a stream record. */
export function encodeStatement(statement: Statement): Uint8Array {
  return StreamRecord.encode({ statement }, new WellFormedWriter()).finish();
}

/** Whatever the bytes are: an event, a statement, or why they are neither. Never throws. */
export function decodeRecord(bytes: Uint8Array, source: RecordSource): DecodedRecord {
  if (bytes.length === 0) return bad('event_undecodable', 'The record is empty.');
  let record: trackline.v1.StreamRecord & trackline.v1.StreamRecord.$Shape;
  try {
    const reader = protobuf.Reader.create(bytes);
    reader.discardUnknown = false;
    record = StreamRecord.decode(reader);
  } catch (error) {
    return bad('event_undecodable', (error as Error).message);
  }
  if (record.body === 'event') return checkedEvent(record.event as trackline.v1.TrackingEvent, source);
  if (record.body === 'statement') return checkedStatement(record.statement as trackline.v1.Statement);
  return bad('event_undecodable', 'The record holds nothing that this build knows.');
}

/**
 * Puts U+FFFD for half a surrogate pair, as everything else that writes UTF-8 does. protobufjs 8 writes it as
 * it is into short strings (its pull request 2436), and no decoder takes that: an event that was accepted
 * would end as a dead letter.
 */
class WellFormedWriter extends protobuf.BufferWriter {
  override string(text: string): this {
    super.string(text.isWellFormed() ? text : text.toWellFormed());
    return this;
  }
}

function checkedEvent(event: trackline.v1.TrackingEvent, source: RecordSource): DecodedRecord {
  const writer = event.writer || source.partitionKey;
  const messageId = event.messageIdBytes.length > 0 ? uuidText(event.messageIdBytes) : event.messageId;
  if (!isMessageId(messageId)) return invalid('It has no message id, or one that is no UUIDv7.');
  const sequence = asNumber(event.sequence);
  const programVersion = asNumber(event.programVersion);
  const receivedAtMs = asNumber(event.receivedAtMs) || messageIdMs(messageId);
  const type = eventTypes[event.type - 1];
  const transaction = event.transaction ? checkedTransaction(event.transaction) : null;
  if (!isIdentifier(event.programId)) return invalid('It has no program id, or one that is none.');
  if (!isWriter(writer)) return invalid('It has no writer, or one of over 256 characters.');
  if (!isCount(sequence) || sequence === 0) return invalid('It has no sequence, or one beyond 2^53.');
  if (!isCount(programVersion)) return invalid('Its program version is beyond 2^53.');
  if (!isTime(receivedAtMs)) return invalid('Its time is beyond the year 9999.');
  if (!type) return invalid(`Its type is none that this build knows: ${event.type}.`);
  if (transaction === undefined)
    return invalid('Its transaction has a status that this build does not know.');
  return {
    kind: 'event',
    event: {
      writer,
      sequence,
      messageId,
      type,
      programId: event.programId,
      programVersion,
      publisherId: event.publisherId,
      clickId: clickIdOf(event) || (type === 'click' ? messageId : ''),
      visitorId: event.visitorIdBytes.length > 0 ? base64urlText(event.visitorIdBytes) : event.visitorId,
      receivedAtMs,
      ip: event.ip,
      userAgent: event.userAgent,
      referrer: event.referrer,
      landingUrl: event.landingUrl,
      redirectReason: event.redirectReason as RecordedEvent['redirectReason'],
      vastEvent: event.vastEvent as RecordedEvent['vastEvent'],
      params: paramsOf(event),
      transaction,
      consent: consentOf(event),
      bot: event.bot,
      unverified: event.unverified,
      instance: event.instance,
      region: event.region || source.region,
    },
    unknownFields: unknownFieldsOf(event),
  };
}

function clickIdOf({ clickId, clickIdBytes }: trackline.v1.TrackingEvent): string {
  return clickIdBytes.length > 0 ? uuidText(clickIdBytes) : clickId;
}

function paramsOf({ params, subIds }: trackline.v1.TrackingEvent): RecordedEvent['params'] {
  if (subIds.length === 0) return params;
  return { ...Object.fromEntries(subIds.map((value, index) => [subIdName(index), value])), ...params };
}

function checkedTransaction(transaction: trackline.v1.Transaction.$Properties): Transaction | undefined {
  const status = transactionStatuses[(transaction.status ?? 0) - 1];
  return (
    status && {
      orderId: transaction.orderId ?? '',
      amount: transaction.amount ?? '',
      currency: transaction.currency ?? '',
      status,
      claims: transaction.claims ?? false,
    }
  );
}

/**
 * What was decided of consent. Unspecified, the event is of a build that decided nothing, and held back nothing.
 */
function consentOf({ consent, consentBasis }: trackline.v1.TrackingEvent): Consent {
  return {
    choice: consentChoices[consent - 1] ?? 'granted',
    basis: consentBases[consentBasis] ?? 'configuration',
  };
}

function checkedStatement(statement: trackline.v1.Statement): DecodedRecord {
  const { writer, instance, final, onDisk } = statement;
  const times = {
    atMs: asNumber(statement.atMs),
    sinceMs: asNumber(statement.sinceMs),
    oldestUnsentAtMs: asNumber(statement.oldestUnsentAtMs),
  };
  const counts = {
    acceptedThrough: asNumber(statement.acceptedThrough),
    rejected: asNumber(statement.rejected),
    shed: asNumber(statement.shed),
    ignored: asNumber(statement.ignored),
    lost: asNumber(statement.lost),
    sentThrough: asNumber(statement.sentThrough),
    unsent: asNumber(statement.unsent),
    unconfirmed: asNumber(statement.unconfirmed),
  };
  const refuse = (detail: string) => bad('event_invalid', detail, 'statement');
  if (!isWriter(writer)) return refuse('The statement has no writer, or one of over 256 characters.');
  if (instance.length > instanceLengthMax) return refuse('Its instance is over 256 characters.');
  if (!Object.values(times).every(isTime)) return refuse('A time in the statement is beyond the year 9999.');
  if (!Object.values(counts).every(isCount)) return refuse('A number in the statement is beyond 2^53.');
  return { kind: 'statement', statement: { writer, instance, ...times, ...counts, final, onDisk } };
}

function unknownFieldsOf(event: trackline.v1.TrackingEvent): Uint8Array | null {
  const own = event.$unknowns ?? [];
  const transactions = event.transaction?.$unknowns;
  if (!transactions) return own.length === 0 ? null : Buffer.concat(own);
  const wrapped = trackline.v1.TrackingEvent.encode({ transaction: { $unknowns: transactions } }).finish();
  return Buffer.concat([...own, wrapped]);
}

function isWriter(text: string): boolean {
  return text.length > 0 && text.length <= writerLengthMax;
}

type Uint64 = trackline.v1.TrackingEvent['sequence'];

/** A uint64 as a number: exact up to 2^53 − 1, and never one of these where it is beyond. */
function asNumber(value: Uint64): number {
  return typeof value === 'number' ? value : value.toNumber();
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function isTime(ms: number): boolean {
  return isCount(ms) && ms <= timeMsMax;
}

function invalid(detail: string): DecodedRecord {
  return bad('event_invalid', detail);
}

function bad(
  reason: 'event_undecodable' | 'event_invalid',
  detail: string,
  of: 'event' | 'statement' = 'event',
): DecodedRecord {
  return { kind: 'bad', of, reason, detail };
}
