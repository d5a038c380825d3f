import { createHash, randomFillSync } from 'node:crypto';
import agg from 'aws-kinesis-agg';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deaggregate, encodeAggregate, randomHashKey, type UserRecord } from './kpl.ts';

/** Its own types leave half of it out. */
const theirs = agg as unknown as {
  deaggregateSync(
    record: { data: string; partitionKey: string; sequenceNumber: string },
    checksums: boolean,
    done: (
      error: Error | undefined,
      records: { partitionKey: string; explicitPartitionKey?: string; data: string }[],
    ) => void,
  ): void;
  RecordAggregator: new () => {
    addUserRecord(record: { partitionKey: string; data: Buffer }): void;
    build(): { data: Uint8Array };
  };
};

const magic = Buffer.from('f3899ac2', 'hex');
const hashKeyMax = 2n ** 128n - 1n;

const partitionKey = fc.oneof(
  // A plain object as key table puts these before all others, or takes them for its own.
  fc.constantFrom('0', '1', '00', '-1', '4294967295', '__proto__', 'constructor', 'toString'),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }),
  fc.constantFrom('tracker-1-0123456789ab', 'schlüssel', '鍵', '🔑🔑', 'x'.repeat(256)),
);
const hashKey = fc.oneof(
  fc.bigInt({ min: 0n, max: hashKeyMax }).map(String),
  fc.constantFrom('0', '1', String(hashKeyMax)),
);
const data = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
const userRecord = fc.record({ partitionKey, explicitHashKey: fc.option(hashKey), data });
const userRecords = fc.array(userRecord, { minLength: 1, maxLength: 40 });

function record(text: string, more: Partial<UserRecord> = {}): UserRecord {
  return { partitionKey: 'w', explicitHashKey: null, data: Buffer.from(text), ...more };
}

/** An aggregate of whatever body, with the right digest. */
function framed(body: Uint8Array): Buffer {
  return Buffer.concat([magic, body, createHash('md5').update(body).digest()]);
}

/** What aws-kinesis-agg makes of the data of a Kinesis record, its digest checked. */
function deaggregatedByThem(bytes: Uint8Array): UserRecord[] {
  let found: UserRecord[] = [];
  const kinesisRecord = {
    data: Buffer.from(bytes).toString('base64'),
    partitionKey: 'k',
    sequenceNumber: '1',
  };
  theirs.deaggregateSync(kinesisRecord, true, (error, records) => {
    if (error) throw error;
    found = records.map(({ partitionKey, explicitPartitionKey, data }) => ({
      partitionKey,
      explicitHashKey: explicitPartitionKey ?? null,
      data: Buffer.from(data, 'base64'),
    }));
  });
  return found;
}

function aggregatedByThem(records: readonly UserRecord[]): Uint8Array {
  const aggregator = new theirs.RecordAggregator();
  for (const { partitionKey, data } of records)
    aggregator.addUserRecord({ partitionKey, data: Buffer.from(data) });
  return aggregator.build().data;
}

describe('encodeAggregate', () => {
  test('writes the format, byte by byte', () => {
    const body =
      '0a0161' + // partition key table: "a"
      '0a0162' + // "b"
      '120137' + // explicit hash key table: "7"
      '1a0608001a026869' + // record: key 0, data "hi"
      '1a07080110001a0121'; // record: key 1, hash key 0, data "!"
    const records = [
      record('hi', { partitionKey: 'a' }),
      record('!', { partitionKey: 'b', explicitHashKey: '7' }),
    ];
    expect(Buffer.from(encodeAggregate(records)).toString('hex')).toBe(
      framed(Buffer.from(body, 'hex')).toString('hex'),
    );
  });

  test('gives back what was put in, in order', () => {
    fc.assert(
      fc.property(userRecords, (records) => {
        expect(deaggregate(encodeAggregate(records))).toEqual(records);
      }),
    );
  });

  test('keeps the keys of many writers apart, past the first byte of a varint', () => {
    const records = Array.from({ length: 20_000 }, (_, index) =>
      record(`${index}`, { partitionKey: `${index}`, explicitHashKey: `${index % 17_000}` }),
    );
    expect(deaggregate(encodeAggregate(records))).toEqual(records);
  });

  test('writes half a surrogate pair as U+FFFD, as all of UTF-8 does', () => {
    const records = deaggregate(encodeAggregate([record('', { partitionKey: 'a\ud800' })]));
    expect(records?.[0]?.partitionKey).toBe('a\ufffd');
  });
});

describe('deaggregate takes for a plain record', () => {
  const aggregate = Buffer.from(encodeAggregate([record('one'), record('two')]));

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['text', Buffer.from('{"hello":"world"}')],
    ['the magic alone', magic],
    ['the magic with 15 bytes', Buffer.concat([magic, Buffer.alloc(15)])],
    ['another beginning', Buffer.concat([Buffer.from([0xf3, 0x89, 0x9a, 0xc3]), aggregate.subarray(4)])],
    ['a wrong digest', Buffer.concat([aggregate.subarray(0, -1), Buffer.from([aggregate.at(-1)! ^ 1])])],
    ['an aggregate cut short', aggregate.subarray(0, -1)],
    ['an aggregate with a byte more', Buffer.concat([aggregate, Buffer.from([0])])],
    ['another body', framed(Buffer.from('hello, I begin with the magic'))],
    ['an empty body', framed(Buffer.alloc(0))],
    ['a body of unknown fields alone', framed(Buffer.from('7a0161', 'hex'))],
    ['a partition key index beyond the table', framed(Buffer.from('0a01611a0508011a0178', 'hex'))],
    [
      'a partition key index of 2^64 − 1',
      framed(Buffer.from(`0a01611a0e08${'ff'.repeat(9)}011a0178`, 'hex')),
    ],
    [
      'a partition key index of 2^32, which is 0 to 32 bits',
      framed(Buffer.from('0a01611a090880808080101a0178', 'hex')),
    ],
    ['a hash key index beyond the table', framed(Buffer.from('0a01611a07080010001a0178', 'hex'))],
    ['a record without a partition key', framed(Buffer.from('0a01611a031a0178', 'hex'))],
    ['a record without data', framed(Buffer.from('0a01611a020800', 'hex'))],
    ['a record that is longer than the body', framed(Buffer.from('0a01611a7f0800', 'hex'))],
    ['data that is longer than its record', framed(Buffer.from('0a01611a0508001a7f78', 'hex'))],
    ['an index in the wrong wire type', framed(Buffer.from('0a01611a060a01001a0178', 'hex'))],
    ['a field of number 0', framed(Buffer.from('0a01611a0508001a01780200', 'hex'))],
    ['a group that another one ends', framed(Buffer.from('0a01611a0508001a01787b74', 'hex'))],
    ['10,000 nested groups', framed(Buffer.concat([Buffer.alloc(10_000, 0x7b), Buffer.alloc(10_000, 0x7c)]))],
    [
      '10,000 nested groups inside a record',
      framed(
        Buffer.concat([
          Buffer.from([0x1a, 0xa0, 0x9c, 0x01]),
          Buffer.alloc(10_000, 0x7b),
          Buffer.alloc(10_000, 0x7c),
        ]),
      ),
    ],
  ])('%s', (_, bytes) => {
    expect(deaggregate(bytes)).toBeNull();
  });

  test('any byte of an aggregate flipped', () => {
    for (let index = 0; index < aggregate.length; index++) {
      const flipped = Buffer.from(aggregate);
      flipped[index]! ^= 0x10;
      expect(deaggregate(flipped)).toBeNull();
    }
  });

  test('any bytes, and never throws, not even where magic and digest are right', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(deaggregate(bytes)).toBeNull();
        const inside = deaggregate(framed(bytes));
        expect(inside === null || inside.length > 0).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('deaggregate', () => {
  test('passes over what it does not know: tags, and fields to come', () => {
    const body = Buffer.from('0a0161' + '7a0178' + '1a0a08001a02686922020800' + '7b7c', 'hex');
    expect(deaggregate(framed(body))).toEqual([record('hi', { partitionKey: 'a' })]);
  });

  test('takes the tables also when they come after the records', () => {
    const body = Buffer.from('1a0608001a026869' + '0a0161', 'hex');
    expect(deaggregate(framed(body))).toEqual([record('hi', { partitionKey: 'a' })]);
  });

  test('reads a plain Uint8Array in the middle of a larger buffer', () => {
    const aggregate = encodeAggregate([record('one')]);
    const larger = new Uint8Array(aggregate.length + 20);
    larger.set(aggregate, 7);
    expect(deaggregate(larger.subarray(7, 7 + aggregate.length))).toEqual([record('one')]);
  });
});

describe('aws-kinesis-agg', () => {
  test('decodes what we encode', () => {
    // All records have a hash key or none has: where one has none, their decoder gives it the first one's.
    const keyed = fc.array(fc.record({ partitionKey, explicitHashKey: hashKey, data }), { minLength: 1 });
    const keyless = fc.array(fc.record({ partitionKey, explicitHashKey: fc.constant(null), data }), {
      minLength: 1,
    });
    fc.assert(
      fc.property(fc.oneof(keyed, keyless), (records) => {
        expect(deaggregatedByThem(encodeAggregate(records))).toEqual(records);
      }),
    );
  });

  test('encodes what we decode, where its tables keep their order', () => {
    // Without hash keys: it leaves out the index of the first one.
    const withoutHashKey = fc.record({
      partitionKey: fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/),
      explicitHashKey: fc.constant(null),
      data: data.filter(({ length }) => length > 0),
    });
    fc.assert(
      fc.property(fc.array(withoutHashKey, { minLength: 1, maxLength: 20 }), (records) => {
        expect(deaggregate(aggregatedByThem(records))).toEqual(records);
      }),
    );
  });

  test('mixes up integer-like keys where it encodes, which is why the encoder is our own', () => {
    const records = ['b', '1', '0'].map((key) => record(`of ${key}`, { partitionKey: key }));
    expect(deaggregate(aggregatedByThem(records))?.map(({ partitionKey: key }) => key)).toEqual([
      '0',
      '1',
      'b',
    ]);
    expect(deaggregate(encodeAggregate(records))).toEqual(records);
  });
});

describe('randomHashKey', () => {
  test('spans all of 128 bits, in decimal', () => {
    expect(randomHashKey((target) => target.fill(0))).toBe('0');
    expect(randomHashKey((target) => target.fill(0xff))).toBe('340282366920938463463374607431768211455');
  });

  test('loads four shards alike', () => {
    const shards = [0, 0, 0, 0];
    for (let count = 0; count < 8000; count++) {
      const key = BigInt(randomHashKey((target) => void randomFillSync(target)));
      shards[Number(key >> 126n)]!++;
    }
    // 2,000 each; one in a hundred million would be further off.
    for (const count of shards) expect(Math.abs(count - 2000)).toBeLessThan(230);
  });
});
