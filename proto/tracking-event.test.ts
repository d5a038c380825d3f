import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Statement } from '@trackline/domain/ledger';
import { eventTypes, type TrackingEvent, transactionStatuses } from '@trackline/domain/tracking-event';
import fc from 'fast-check';
import protobuf from 'protobufjs';
import { describe, expect, test } from 'vitest';
import { anyCount, anyEvent, anyText, anyTime } from '../test/helpers/any-event.ts';
import {
  bare,
  body,
  click,
  decodedEvent,
  decodeRecord,
  eventWith,
  field,
  fromW,
  statement,
} from '../test/helpers/event-bytes.ts';
import { encodeEvent, encodeStatement } from './tracking-event.ts';

const schema = readFileSync(join(import.meta.dirname, 'tracking-event.proto'), 'utf8');

describe('an event', () => {
  test('comes back as it was, with its writer and sequence', () => {
    fc.assert(
      fc.property(anyEvent, ({ writer, sequence, ...rest }) => {
        const source = { partitionKey: writer, region: rest.region };
        expect(decodeRecord(encodeEvent(rest, sequence), source)).toEqual({
          kind: 'event',
          event: { ...rest, writer, sequence },
          unknownFields: null,
        });
      }),
    );
  });

  test('has one shape, however much of it is empty', () => {
    const full = decodedEvent(encodeEvent(click, 1)).event;
    const empty = decodedEvent(encodeEvent(bare, 1)).event;
    expect(Object.keys(empty)).toEqual(Object.keys(full));
    expect(empty).toEqual({ ...bare, writer: 'w', sequence: 1, region: fromW.region });
  });

  test('spends no byte on what is empty, or can be told from something else', () => {
    const written = body(encodeEvent(bare, 1)).length;
    const kept = [
      field(2, 1),
      field(32, Buffer.alloc(16)),
      field(4, 1),
      field(5, bare.programId),
      // That consent was granted has to be said; that nobody said anything of it has not.
      field(21, 1),
    ];
    expect(written).toBe(Buffer.concat(kept).length);
  });

  test('keeps a parameter of any name, and pollutes nothing', () => {
    const params = JSON.parse('{"__proto__":"a","constructor":"b","hasOwnProperty":"c"}') as Record<
      string,
      string
    >;
    const decoded = decodedEvent(encodeEvent({ ...click, params }, 1)).event.params;
    expect(Object.entries(decoded)).toEqual(Object.entries(params));
    expect(({} as Record<string, unknown>).a).toBeUndefined();
    expect(Object.getPrototypeOf(decoded)).toBe(Object.prototype);
  });

  test.each([1, 39, 40, 79, 80, 127, 128, 512])(
    'stays readable with half a surrogate pair in a text of %i characters',
    (length) => {
      const broken = `${'x'.repeat(length - 1)}\ud83d`;
      const odd = { ...click, userAgent: broken, params: { [broken]: broken }, instance: `\ude00${broken}` };
      const decoded = decodedEvent(encodeEvent(odd, 1)).event;
      const mended = `${'x'.repeat(length - 1)}\ufffd`;
      expect(decoded.userAgent).toBe(mended);
      expect(decoded.params).toEqual({ [mended]: mended });
      expect(decoded.instance).toBe(`\ufffd${mended}`);
    },
  );

  test('that was encoded is not touched by the next one', () => {
    const first = encodeEvent(click, 1);
    const before = Buffer.from(first);
    encodeEvent({ ...bare, userAgent: 'y'.repeat(5000) }, 2);
    expect(Buffer.from(first)).toEqual(before);
  });

  test('that can’t be encoded leaves nothing behind in the next one', () => {
    const before = encodeEvent(click, 1);
    const unfit = { ...click, params: { a: 1 } } as unknown as TrackingEvent;
    expect(() => encodeEvent(unfit, 1)).toThrow();
    expect(encodeEvent(click, 1)).toEqual(before);
  });
});

describe('an event that was written before ids were bytes', () => {
  /** `click` of writer w, number 1, by the encoder of that time. */
  const record = Buffer.from(
    '0aa7020a017710011a2430313930613366322d373962302d376363332d393863342d6463306330633037333938' +
      '6620022a0c6175726f72612d73686f657330073a02703142243031393061336632' +
      '2d373962302d376363332d393863342d6463306330633037333938664a0276315080d0eab6b7335a09' +
      '3139322e302e322e30620b4d6f7a696c6c612f352e306a1968747470733a2f2f626c6f672e6578616d706c652f706f7374' +
      '721568747470733a2f2f73686f702e6578616d706c652f7a120a0473756231120a6e6577736c6574746572' +
      '8201140a026f31120531392e39301a03455552200128018801019001019a0109747261636b65722d31' +
      'a2010c65752d63656e7472616c2d31a80102b00103f201086d6964706f696e74fa010b7461726765745f686f7374',
    'hex',
  );

  test('comes back as it was, and has its own writer and region', () => {
    expect(decodeRecord(record, { partitionKey: 'another', region: 'another' })).toEqual({
      kind: 'event',
      event: { ...click, writer: 'w', sequence: 1 },
      unknownFields: null,
    });
  });

  test('took at least 30 % more', () => {
    expect(encodeEvent(click, 1).length * 1.3).toBeLessThan(record.length);
  });
});

describe('what an event does not say of itself', () => {
  const told = (overrides: Partial<TrackingEvent>, source = fromW) =>
    decodedEvent(encodeEvent({ ...bare, ...overrides }, 1), source).event;

  test('is its writer and its region, as told of the record', () => {
    expect(told({}, { partitionKey: 'w7', region: 'us-east-1' })).toMatchObject({
      writer: 'w7',
      region: 'us-east-1',
    });
  });

  test('is a click’s id, and of other events there is none', () => {
    expect(told({ type: 'click', clickId: bare.messageId }).clickId).toBe(bare.messageId);
    expect(told({ type: 'transaction', clickId: bare.messageId }).clickId).toBe(bare.messageId);
    expect(told({ type: 'transaction' }).clickId).toBe('');
  });

  test('is invalid without a partition key', () => {
    const record = encodeEvent(bare, 1);
    expect(decodeRecord(record, { ...fromW, partitionKey: '' })).toMatchObject({ reason: 'event_invalid' });
  });

  test.each([
    ['consecutive', { sub1: 'a', sub2: 'b', other: 'c' }],
    ['in another order', { sub2: 'b', sub1: 'a' }],
    ['with a gap', { sub1: 'a', sub3: 'c' }],
    ['with an empty one', { sub1: 'a', sub2: '', sub3: 'c' }],
    [
      'more than there may be',
      Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`sub${i + 1}`, 'x'])),
    ],
  ])('is not the sub-ids: they come back %s', (_, params) => {
    expect(told({ params }).params).toEqual(params);
  });
});

describe('a statement', () => {
  test('comes back as it was', () => {
    const statements: fc.Arbitrary<Statement> = fc.record({
      writer: fc.string({ minLength: 1 }),
      instance: anyText,
      atMs: anyTime,
      acceptedThrough: anyCount,
      rejected: anyCount,
      shed: anyCount,
      ignored: anyCount,
      lost: anyCount,
      final: fc.boolean(),
      sinceMs: anyTime,
      sentThrough: anyCount,
      unsent: anyCount,
      oldestUnsentAtMs: anyTime,
      unconfirmed: anyCount,
      onDisk: fc.boolean(),
    });
    fc.assert(
      fc.property(statements, (one) => {
        expect(decodeRecord(encodeStatement(one))).toEqual({ kind: 'statement', statement: one });
      }),
    );
  });

  test.each([
    ['no writer', field(1, '')],
    ['a writer of 257 characters', field(1, 'w'.repeat(257))],
    ['a time of 2^53', field(3, 2 ** 53)],
    ['a time in the year 10000', field(3, 253_402_300_800_000)],
    ['an instance of 257 characters', field(2, 'i'.repeat(257))],
    ['a count of 2^53', field(4, 2 ** 53)],
    ['a loss of 2^53', field(8, 2 ** 53)],
    ['a beginning in the year 10000', field(10, 253_402_300_800_000)],
    ['a sent number of 2^53', field(11, 2 ** 53)],
    ['2^53 unsent', field(12, 2 ** 53)],
    ['an oldest unsent event of the year 10000', field(13, 253_402_300_800_000)],
    ['2^53 unconfirmed', field(14, 2 ** 53)],
  ])('is invalid with %s', (_, more) => {
    const record = field(2, Buffer.concat([body(encodeStatement(statement)), more]));
    expect(decodeRecord(record)).toMatchObject({ kind: 'bad', of: 'statement', reason: 'event_invalid' });
  });
});

test('a statement of the first release has said nothing of its spool', () => {
  const first = Buffer.concat([field(1, 'w'), field(2, 'tracker-1'), field(3, 1767225600000), field(4, 7)]);
  expect(decodeRecord(field(2, first))).toMatchObject({
    kind: 'statement',
    statement: {
      acceptedThrough: 7,
      sinceMs: 0,
      sentThrough: 0,
      unsent: 0,
      oldestUnsentAtMs: 0,
      unconfirmed: 0,
      onDisk: false,
    },
  });
});

describe('the envelope', () => {
  test('that holds two bodies is what came last', () => {
    const both = [encodeEvent(click, 1), encodeStatement(statement)];
    expect(decodeRecord(Buffer.concat(both)).kind).toBe('statement');
    expect(decodeRecord(Buffer.concat(both.reverse())).kind).toBe('event');
  });
});

describe('from a later release', () => {
  const later = protobuf
    .parse(
      schema
        .replace(
          'string region = 20;',
          'string region = 20; string referral = 90; repeated uint64 vendors = 91;',
        )
        .replace('TransactionStatus status = 4;', 'TransactionStatus status = 4; string voucher = 90;'),
    )
    .root.lookupType('trackline.v1.TrackingEvent');

  /** An event as the later release would write it. */
  function written(more: object): Uint8Array {
    const ours = later.toObject(later.decode(body(encodeEvent(click, 1))));
    return later.encode(later.fromObject({ ...ours, ...more })).finish();
  }

  test.each([
    ['of the event', { referral: 'CPxyz', vendors: [1, 2, 300] }],
    [
      'of its transaction',
      { transaction: { orderId: 'o1', amount: '19.90', currency: 'EUR', status: 1, voucher: 'SPRING' } },
    ],
    ['of both', { referral: 'CPxyz', transaction: { orderId: 'o2', status: 2, voucher: 'SPRING' } }],
  ])('fields %s that are not known are kept, and make the event whole again', (_, more) => {
    const bytes = written(more);
    const { event: known, unknownFields } = decodedEvent(field(1, bytes));
    const { writer, sequence, ...rest } = known;
    const whole = Buffer.concat([body(encodeEvent(rest, sequence)), unknownFields!]);
    expect(later.toObject(later.decode(whole))).toEqual(later.toObject(later.decode(bytes)));
  });

  test('a known field of another wire type is kept as unknown, not misread', () => {
    const { event: known, unknownFields } = decodedEvent(eventWith(field(12, 7)));
    expect(known.userAgent).toBe(click.userAgent);
    expect(Buffer.from(unknownFields!)).toEqual(Buffer.from(field(12, 7)));
  });
});

test('the schema’s enums are the domain’s lists, in order', () => {
  const root = protobuf.parse(schema).root;
  const values = (name: string) => Object.entries(root.lookupEnum(name).values);
  const upper = (list: readonly string[]) => list.map((value, index) => [value.toUpperCase(), index + 1]);
  expect(values('trackline.v1.EventType').slice(1)).toEqual(upper(eventTypes));
  expect(values('trackline.v1.TransactionStatus').slice(1)).toEqual(upper(transactionStatuses));
});
