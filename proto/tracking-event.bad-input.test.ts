import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  body,
  click,
  decodedEvent,
  decodeRecord,
  eventWith,
  field,
  fromW,
} from '../test/helpers/event-bytes.ts';
import { encodeEvent } from './tracking-event.ts';

describe('what came is invalid', () => {
  const uint64Max = Buffer.from('10ffffffffffffffffff01', 'hex');

  test.each([
    ['no message id', eventWith(field(32, ''))],
    [
      'a message id that is a UUIDv4',
      eventWith(field(32, Buffer.from('0190a3f279b04cc398c4dc0c0c07398f', 'hex'))),
    ],
    ['a message id in capitals', eventWith(field(32, ''), field(3, click.messageId.toUpperCase()))],
    ['a message id of 15 bytes', eventWith(field(32, Buffer.alloc(15, 0x77)))],
    ['a message id of 17 bytes', eventWith(field(32, Buffer.alloc(17, 0x77)))],
    ['no program id', eventWith(field(5, ''))],
    ['a program id outside the pattern', eventWith(field(5, 'a#b'))],
    ['a writer of 257 characters', eventWith(field(1, 'w'.repeat(257)))],
    ['sequence 0', eventWith(field(2, 0))],
    ['sequence 2^53', eventWith(field(2, 2 ** 53))],
    ['sequence 2^64 − 1', eventWith(uint64Max)],
    ['version 2^53', eventWith(field(6, 2 ** 53))],
    ['a time of 2^53', eventWith(field(10, 2 ** 53))],
    ['a time in the year 10000', eventWith(field(10, 253_402_300_800_000))],
    ['no type', eventWith(field(4, 0))],
    ['a type that is not known', eventWith(field(4, 4))],
    ['a negative type', eventWith(Buffer.from('20ffffffffffffffffff01', 'hex'))],
    ['a transaction without a status', eventWith(field(16, field(4, 0)))],
    ['a transaction status that is not known', eventWith(field(16, field(4, 9)))],
    ['nothing but an empty event', field(1, '')],
    ['a message id in the wrong wire type', field(1, field(3, 7))],
  ])('with %s', (_, record) => {
    const decoded = decodeRecord(record);
    expect(decoded).toMatchObject({ kind: 'bad', reason: 'event_invalid' });
    expect(decoded.kind === 'bad' && decoded.detail).toMatch(/\.$/);
  });

  test('and a writer of 256 characters, and the highest numbers, are not', () => {
    const highest = Number.MAX_SAFE_INTEGER;
    const record = encodeEvent(
      { ...click, programVersion: highest, receivedAtMs: 253_402_300_799_999 },
      highest,
    );
    const source = { ...fromW, partitionKey: 'w'.repeat(256) };
    expect(decodedEvent(record, source).event).toMatchObject({
      programVersion: highest,
      receivedAtMs: 253_402_300_799_999,
      sequence: highest,
    });
  });
});

describe('what came can’t be decoded', () => {
  const groups = Buffer.concat([Buffer.alloc(10_000, 0x7b), Buffer.alloc(10_000, 0x7c)]);

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['text', Buffer.from('{"messageId":"0190a3f2"}')],
    ['10,000 nested groups', groups],
    ['10,000 nested groups in an event', eventWith(groups)],
    ['10,000 groups that never end', Buffer.alloc(10_000, 0x7b)],
    ['a group that ends without having begun', Buffer.from([0x7c])],
    ['a field of number 0', Buffer.from([0x02, 0x00])],
    ['a varint of 11 bytes', eventWith(Buffer.from(`10${'ff'.repeat(10)}01`, 'hex'))],
    ['a length beyond the end', Buffer.from([0x0a, 0x7f, 0x00])],
    ['a length of 4 GiB', Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f])],
    ['a user agent that is not UTF-8', eventWith(field(12, Buffer.from([0xff, 0xfe])))],
    ['a parameter that is not UTF-8', eventWith(field(15, field(1, Buffer.from([0xc0, 0xaf]))))],
    ['a body of a kind that is not known', field(3, body(encodeEvent(click, 1)))],
    ['an event in the wrong wire type', field(1, 5)],
  ])('%s', (_, record) => {
    const decoded = decodeRecord(record);
    expect(decoded).toMatchObject({ kind: 'bad', reason: 'event_undecodable' });
    expect(decoded.kind === 'bad' && decoded.detail).not.toBe('');
  });

  test('a record cut short anywhere', () => {
    const record = encodeEvent(click, 1);
    for (let length = 0; length < record.length; length++) {
      expect(decodeRecord(record.subarray(0, length))).toMatchObject({ reason: 'event_undecodable' });
    }
  });

  test('any bytes, and any bytes in an event, and any byte of an event changed: it never throws', () => {
    const good = encodeEvent(click, 1);
    const changed = fc
      .tuple(fc.nat({ max: good.length - 1 }), fc.nat({ max: 255 }))
      .map(([index, byte]) => Uint8Array.from(good).fill(byte, index, index + 1));
    const any = fc.uint8Array({ maxLength: 300 });
    const records = fc.oneof(
      any,
      any.map((bytes) => field(1, bytes)),
      any.map((bytes) => eventWith(bytes)),
      changed,
    );
    fc.assert(
      fc.property(records, (bytes) => {
        expect(['event', 'statement', 'bad']).toContain(decodeRecord(bytes).kind);
      }),
      { numRuns: 3000 },
    );
  });
});
