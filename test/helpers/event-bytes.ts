import type { Statement } from '@trackline/domain/ledger';
import { messageIdMs } from '@trackline/domain/message-id';
import type { TrackingEvent } from '@trackline/domain/tracking-event';
import { decodeRecord as decodeFrom, encodeEvent, type RecordSource } from '@trackline/proto/tracking-event';
import protobuf from 'protobufjs';

/** What the tests of the codec write by hand, and how they read it. */

export const click: TrackingEvent = {
  messageId: '0190a3f2-79b0-7cc3-98c4-dc0c0c07398f',
  type: 'click',
  programId: 'aurora-shoes',
  programVersion: 7,
  publisherId: 'p1',
  clickId: '0190a3f2-79b0-7cc3-98c4-dc0c0c07398f',
  visitorId: 'v1',
  receivedAtMs: 1767225600000,
  ip: '192.0.2.0',
  userAgent: 'Mozilla/5.0',
  referrer: 'https://blog.example/post',
  landingUrl: 'https://shop.example/',
  redirectReason: 'target_host',
  vastEvent: 'midpoint',
  params: { sub1: 'newsletter' },
  transaction: { orderId: 'o1', amount: '19.90', currency: 'EUR', status: 'pending', claims: true },
  consent: { choice: 'denied', basis: 'gpp' },
  bot: true,
  unverified: true,
  instance: 'tracker-1',
  region: 'eu-central-1',
};

export const bare: TrackingEvent = {
  ...click,
  type: 'impression',
  programVersion: 0,
  publisherId: '',
  clickId: '',
  visitorId: '',
  receivedAtMs: messageIdMs(click.messageId),
  ip: '',
  userAgent: '',
  referrer: '',
  landingUrl: '',
  redirectReason: '',
  vastEvent: '',
  consent: { choice: 'granted', basis: 'configuration' },
  params: {},
  transaction: null,
  bot: false,
  unverified: false,
  instance: '',
  region: '',
};

export const statement: Statement = {
  writer: 'w',
  instance: 'tracker-1',
  atMs: 1767225600000,
  sinceMs: 1767225000000,
  acceptedThrough: 12_345,
  rejected: 1,
  shed: 2,
  ignored: 3,
  lost: 4,
  final: true,
  sentThrough: 12_300,
  unsent: 45,
  oldestUnsentAtMs: 1767225590000,
  unconfirmed: 6,
  onDisk: true,
};

/** Where records came from, if a test says nothing else. */
export const fromW: RecordSource = { partitionKey: 'w', region: 'eu-central-1' };

export function decodeRecord(bytes: Uint8Array, source = fromW) {
  return decodeFrom(bytes, source);
}

/** A record of one field, as its bytes: what no honest encoder writes must be written by hand. */
export function field(id: number, value: string | number | Uint8Array): Uint8Array {
  const writer = protobuf.Writer.create();
  if (typeof value === 'number') writer.uint32((id << 3) | 0).uint64(value);
  else if (typeof value === 'string') writer.uint32((id << 3) | 2).string(value);
  else writer.uint32((id << 3) | 2).bytes(value);
  return writer.finish();
}

/** The body of a record, without the envelope. */
export function body(record: Uint8Array): Uint8Array {
  const reader = protobuf.Reader.create(record);
  reader.uint32();
  return reader.bytes();
}

/** The event with more fields behind its own: where a field comes twice, the later one counts. */
export function eventWith(...fields: Uint8Array[]): Uint8Array {
  return field(1, Buffer.concat([body(encodeEvent(click, 1)), ...fields]));
}

export function decodedEvent(record: Uint8Array, source = fromW) {
  const decoded = decodeRecord(record, source);
  if (decoded.kind !== 'event') throw new Error(JSON.stringify(decoded));
  return decoded;
}
