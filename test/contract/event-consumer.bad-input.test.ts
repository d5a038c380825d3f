import type { RecordedEvent } from '@trackline/domain/tracking-event';
import type { Reason } from '@trackline/domain/verdict';
import { encodeAggregate } from '@trackline/proto/kpl';
import { encodeStatement } from '@trackline/proto/tracking-event';
import { describe, expect, test } from 'vitest';
import { onEachDynamoDb } from '../helpers/dynamodb.ts';
import { buildConsumer } from '../helpers/event-consumer.ts';
import { eventRun, eventTimeMs, recordedEvent } from '../helpers/events.ts';
import { aggregate, allDone, bytesOf, context, kinesisEvent } from '../helpers/kinesis-records.ts';
import { statement } from '../helpers/statements.ts';

/** Event records that are bad in any way: each becomes a dead letter alone, its neighbours persist, the next works. */

function bodyOf(overrides: Partial<RecordedEvent>): Uint8Array {
  return bytesOf(recordedEvent({ sequence: 6, ...overrides }));
}

const nestedGroups = Buffer.alloc(10_000, (4 << 3) | 3);
const wrongMd5 = () => {
  const data = Buffer.from(aggregate(...eventRun('w1', 6, 3)));
  data[data.length - 1]! ^= 0xff;
  return data;
};

interface BadRecord {
  readonly name: string;
  readonly bytes: () => Uint8Array;
  readonly reason: Reason;
}

const badEvents: readonly BadRecord[] = [
  { name: 'empty', bytes: () => new Uint8Array(), reason: 'event_undecodable' },
  { name: 'truncated protobuf', bytes: () => bodyOf({}).subarray(0, 40), reason: 'event_undecodable' },
  { name: '10⁴ nested groups', bytes: () => nestedGroups, reason: 'event_undecodable' },
  {
    name: 'random bytes',
    bytes: () => Buffer.from('deadbeef'.repeat(40), 'hex'),
    reason: 'event_undecodable',
  },
  { name: 'no message id', bytes: () => bodyOf({ messageId: '' }), reason: 'event_invalid' },
  {
    name: 'a message id of another kind',
    bytes: () => bodyOf({ messageId: 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6' }),
    reason: 'event_invalid',
  },
  { name: 'no program id', bytes: () => bodyOf({ programId: '' }), reason: 'event_invalid' },
  {
    name: 'an item over 400 KB',
    bytes: () => bodyOf({ params: { a: 'x'.repeat(420_000) } }),
    reason: 'event_too_large',
  },
];

describe('bad event records', () => {
  onEachDynamoDb((dynamoDb) => {
    test.each(badEvents)('a record of its own: $name', async ({ bytes, reason }) => {
      const consumer = await buildConsumer(dynamoDb);
      const bad = bytes();
      const batch = kinesisEvent(aggregate(...eventRun('w1', 1, 5)), bad, aggregate(...eventRun('w1', 7, 5)));
      expect(await consumer.handler(batch, context())).toEqual(allDone);

      const [letter, ...others] = await consumer.letters();
      expect(others).toEqual([]);
      expect(letter).toMatchObject({ reason, size: bad.length });
      expect(letter!.detail).not.toBe('');
      expect(letter!.origin).toEqual({
        stream: 'trackline-events',
        region: 'eu-central-1',
        shardId: 'shardId-000000000000',
        sequenceNumber: batch.Records[1]!.kinesis.sequenceNumber,
        index: 0,
        partitionKey: 'w1',
        arrivedAtMs: batch.Records[1]!.kinesis.approximateArrivalTimestamp * 1000,
      });
      expect(Buffer.from(letter!.bytes).equals(bad)).toBe(true);
      expect(await consumer.storedPlaces()).toHaveLength(10);
      expect(consumer.logged.of('dead_lettered')).toMatchObject([{ reason, count: 1 }]);

      expect(await consumer.handler(kinesisEvent(bodyOf({ sequence: 12 })), context())).toEqual(allDone);
      expect(await consumer.storedPlaces()).toContain('w1 12');
    });

    test.each(badEvents)(
      'inside a good aggregate, that one alone, and the ledger has no gap: $name',
      async ({ bytes, reason }) => {
        const consumer = await buildConsumer(dynamoDb);
        const bad = bytes();
        const inside = aggregate(...eventRun('w1', 1, 5), bad, ...eventRun('w1', 7, 5));
        expect(await consumer.handler(kinesisEvent(inside), context())).toEqual(allDone);

        const letters = await consumer.letters();
        expect(letters).toMatchObject([{ reason, size: bad.length, origin: { index: 5 } }]);
        expect(Buffer.from(letters[0]!.bytes).equals(bad)).toBe(true);
        expect(await consumer.storedPlaces()).toHaveLength(10);
        expect(await consumer.rows('w1')).toEqual(['1-11 1']);
      },
    );

    test('an aggregate with a wrong MD5 is a plain record, and kept whole', async () => {
      const consumer = await buildConsumer(dynamoDb);
      const bad = wrongMd5();
      const batch = kinesisEvent(bodyOf({ sequence: 5 }), bad, bodyOf({ sequence: 9 }));
      expect(await consumer.handler(batch, context())).toEqual(allDone);
      const letters = await consumer.letters();
      expect(letters).toMatchObject([{ reason: 'event_undecodable', size: bad.length }]);
      expect(Buffer.from(letters[0]!.bytes).equals(bad)).toBe(true);
      expect(await consumer.storedPlaces()).toEqual(['w1 5', 'w1 9']);
    });

    test('a record of 1 MB that is nothing is kept whole', async () => {
      const consumer = await buildConsumer(dynamoDb);
      const bad = Buffer.alloc(1024 * 1024, 0xff);
      expect(await consumer.handler(kinesisEvent(bad), context())).toEqual(allDone);
      const letters = await consumer.letters();
      expect(letters.map(({ bytes }) => Buffer.from(bytes).equals(bad))).toEqual([true]);
    });

    test('a parameter without a name, which DynamoDB does not take, fails its event alone', async () => {
      const consumer = await buildConsumer(dynamoDb);
      const inside = aggregate(...eventRun('w1', 1, 5), bodyOf({ params: { '': 'x' } }));
      expect(await consumer.handler(kinesisEvent(inside), context())).toEqual(allDone);
      // dynalite takes it.
      const deadLettered = dynamoDb.isDynalite ? 0 : 1;
      expect((await consumer.letters()).map(({ reason }) => reason)).toEqual(
        Array(deadLettered).fill('event_invalid'),
      );
      expect(await consumer.storedPlaces()).toHaveLength(6 - deadLettered);
      expect(await consumer.rows('w1')).toEqual([`1-6 ${deadLettered}`]);
    });

    test.each([
      ['an instance of 450 KB', { instance: 'x'.repeat(450_000) }],
      ['a time beyond the year 9999', { atMs: 2 ** 53 - 1 }],
      ['no writer', { writer: '' }],
    ])('a statement that is none: %s: a dead letter alone, which takes no number', async (_, broken) => {
      const consumer = await buildConsumer(dynamoDb);
      const bad = encodeStatement(statement({ atMs: eventTimeMs, ...broken }));
      const batch = kinesisEvent(aggregate(...eventRun('w1', 1, 2), bad), bad, bodyOf({ sequence: 3 }));
      expect(await consumer.handler(batch, context())).toEqual(allDone);
      const letters = await consumer.letters();
      expect(letters.map(({ reason, size }) => ({ reason, size }))).toEqual([
        { reason: 'event_invalid', size: bad.length },
        { reason: 'event_invalid', size: bad.length },
      ]);
      expect(await consumer.rows('w1')).toEqual(['1-2 0', '3-3 0']);
    });

    test('what stands under a partition key of 420 KB is kept like anything else', async () => {
      const consumer = await buildConsumer(dynamoDb);
      const data = Buffer.from('nothing');
      const inside = encodeAggregate([{ partitionKey: 'k'.repeat(420_000), explicitHashKey: '1', data }]);
      const batch = kinesisEvent(inside, bodyOf({ sequence: 1 }));
      expect(await consumer.handler(batch, context())).toEqual(allDone);
      expect(await consumer.letters()).toMatchObject([
        { size: 7, origin: { partitionKey: 'k'.repeat(256) } },
      ]);
      expect(await consumer.storedPlaces()).toEqual(['w1 1']);
    });

    test('a parameter with a name of 64 KB fails its event alone', async () => {
      const consumer = await buildConsumer(dynamoDb);
      const bad = bodyOf({ sequence: 3, params: { ['n'.repeat(65_536)]: 'x' } });
      const batch = kinesisEvent(aggregate(...eventRun('w1', 1, 2), bad), bodyOf({ sequence: 4 }));
      expect(await consumer.handler(batch, context(5_000))).toEqual(allDone);
      expect(await consumer.letters()).toMatchObject([{ reason: 'event_too_large', size: bad.length }]);
      expect(await consumer.rows('w1')).toEqual(['1-3 1', '4-4 0']);
    });

    test('a record of 20,000 parts that are nothing is one dead letter, whole', async () => {
      const consumer = await buildConsumer(dynamoDb);
      const bad = aggregate(...Array.from({ length: 20_000 }, () => new Uint8Array()));
      const batch = kinesisEvent(bad, bodyOf({ sequence: 1 }));
      expect(await consumer.handler(batch, context())).toEqual(allDone);
      const letters = await consumer.letters();
      expect(letters).toMatchObject([{ reason: 'event_undecodable', size: bad.length }]);
      expect(letters[0]!.detail).toBe(
        '20000 of the 20000 parts of this record, the first of them: The record is empty.',
      );
      expect(Buffer.from(letters[0]!.bytes).equals(bad)).toBe(true);
    });

    test('unknown fields are accepted and kept', async () => {
      const consumer = await buildConsumer(dynamoDb);
      // StreamRecord.event (field 1) comes twice, which protobuf merges: the second time with a field 999
      // that nobody knows.
      const unknown = Buffer.from([0xba, 0x3e, 0x02, 0x68, 0x69]);
      const event = recordedEvent();
      const extended = Buffer.concat([bytesOf(event), Buffer.from([0x0a, unknown.length]), unknown]);
      expect(await consumer.handler(kinesisEvent(aggregate(extended)), context())).toEqual(allDone);
      expect(await consumer.letters()).toEqual([]);
      const found = await consumer.events.find('shoes', event.messageId);
      expect(found?.event).toEqual(event);
      expect(Buffer.from(found!.unknownFields!).equals(unknown)).toBe(true);
    });
  });
});
