import { connectDeadLetters } from '@trackline/adapters/event-store/dead-letters.dynamodb';
import { connectLedger } from '@trackline/adapters/event-store/ledger.dynamodb';
import { connectTrackingEvents } from '@trackline/adapters/event-store/tracking-events.dynamodb';
import { systemClock } from '@trackline/domain/clock';
import { buildHandler } from '@trackline/event-consumer/handler';
import { encodeStatement } from '@trackline/proto/tracking-event';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { region, startAnyDynamoDb, startAwsProxy, tables } from '../helpers/dynamodb.ts';
import { eventRun, eventTimeMs, recordedEvent } from '../helpers/events.ts';
import { aggregate, bytesOf, context, kinesisEvent } from '../helpers/kinesis-records.ts';

/** The real handler on a real table. */
describe('the event consumer', () => {
  let database: Awaited<ReturnType<typeof startAnyDynamoDb>>;
  let handler: ReturnType<typeof buildHandler>;
  const log = pino({ level: 'silent' });
  const parts = () => {
    const target = { region, endpoint: database.endpoint };
    return {
      events: connectTrackingEvents({
        ...target,
        tableName: tables.trackingEvents,
        clock: systemClock,
        random: Math.random,
      }),
      ledger: connectLedger({ ...target, tableName: tables.ledger }),
      letters: connectDeadLetters({ ...target, tableName: tables.deadLetters }),
    };
  };
  let stores: ReturnType<typeof parts>;

  beforeAll(async () => {
    database = await startAnyDynamoDb();
    stores = parts();
    handler = buildHandler(() => ({ region, dynamodbEndpoint: database.endpoint, tables, log }));
  });
  afterAll(async () => {
    await handler?.close();
    for (const store of Object.values(stores ?? {})) await store.close();
    await database?.stop();
  });

  const done = { batchItemFailures: [] };
  const stored = async (messageId: string) => (await stores.events.find('shoes', messageId)) !== null;
  const rowsOf = async (writer: string) =>
    (await stores.ledger.account(writer)).rows.map(({ first, last, deadLettered }) => ({
      first,
      last,
      deadLettered,
    }));
  async function lettersOf(bytes: Uint8Array) {
    const found = [];
    for await (const letter of stores.letters.list('2026-05-17')) {
      const whole = await stores.letters.get(letter.id);
      if (Buffer.from(whole!.bytes).equals(bytes)) found.push(letter);
    }
    return found;
  }

  test('stores an aggregate’s events, and then books one row for it', async () => {
    const run = eventRun('one-row', 1, 40);
    expect(await handler(kinesisEvent(aggregate(...run)), context())).toEqual(done);
    for (const { messageId } of run) expect(await stored(messageId)).toBe(true);
    expect(await rowsOf('one-row')).toEqual([{ first: 1, last: 40, deadLettered: 0 }]);
  });

  test('a plain record is an event too', async () => {
    const event = recordedEvent({ writer: 'plain', sequence: 7 });
    expect(await handler(kinesisEvent(bytesOf(event)), context())).toEqual(done);
    expect(await stored(event.messageId)).toBe(true);
    expect(await rowsOf('plain')).toEqual([{ first: 7, last: 7, deadLettered: 0 }]);
  });

  test('a batch that comes again leaves the tables as they were', async () => {
    const batch = kinesisEvent(
      aggregate(...eventRun('again', 1, 30)),
      aggregate(...eventRun('again', 31, 30)),
    );
    for (let i = 0; i < 3; i++) expect(await handler(batch, context())).toEqual(done);
    expect(await rowsOf('again')).toEqual([
      { first: 1, last: 30, deadLettered: 0 },
      { first: 31, last: 60, deadLettered: 0 },
    ]);
  });

  test('one event twice in a batch is written once', async () => {
    const run = eventRun('twice', 1, 3);
    expect(await handler(kinesisEvent(aggregate(...run), aggregate(...run)), context())).toEqual(done);
    expect(await rowsOf('twice')).toEqual([{ first: 1, last: 3, deadLettered: 0 }]);
  });

  test('a statement goes to the ledger', async () => {
    const statement = {
      writer: 'stating',
      instance: 'tracker-1',
      atMs: eventTimeMs,
      acceptedThrough: 2 ** 40,
      rejected: 1,
      shed: 2,
      ignored: 3,
      lost: 4,
      final: true,
    };
    expect(await handler(kinesisEvent(encodeStatement(statement)), context())).toEqual(done);
    expect(await stores.ledger.account('stating')).toEqual({ rows: [], statements: [statement] });
  });

  // BAD-INPUT, event records.
  const truncated = bytesOf(recordedEvent()).subarray(0, 40);
  const groups = Buffer.alloc(20_000, Buffer.from([0x0b]));
  const noMessageId = bytesOf(recordedEvent({ messageId: '' }));
  const tooLarge = bytesOf(recordedEvent({ params: { sub1: 'x'.repeat(401 * 1024) } }));
  test.each([
    ['empty', Buffer.alloc(0), 'event_undecodable'],
    ['truncated protobuf', truncated, 'event_undecodable'],
    ['10⁴ nested groups', groups, 'event_undecodable'],
    ['no message id', noMessageId, 'event_invalid'],
    ['an item over 400 KB', tooLarge, 'event_too_large'],
  ])('%s: a dead letter, and its neighbours persist', async (name, bad, reason) => {
    const writer = `bad ${name}`;
    const [before, after] = [recordedEvent({ writer, sequence: 1 }), recordedEvent({ writer, sequence: 3 })];
    const alone = recordedEvent({ writer, sequence: 4 });
    const batch = kinesisEvent(aggregate(before, bad, after), bad, bytesOf(alone));
    for (let i = 0; i < 2; i++) expect(await handler(batch, context())).toEqual(done);
    for (const event of [before, after, alone]) expect(await stored(event.messageId)).toBe(true);
    expect((await lettersOf(bad)).map((letter) => letter.reason)).toEqual([reason, reason]);
    // The dead one is counted by its place, so that it leaves no gap.
    if (reason !== 'event_too_large') {
      expect(await rowsOf(writer)).toEqual([
        { first: 1, last: 3, deadLettered: 1 },
        { first: 4, last: 4, deadLettered: 0 },
      ]);
    }
  });

  test('an aggregate with a wrong MD5 is a plain record, and so a dead letter', async () => {
    const broken = Buffer.from(aggregate(recordedEvent()));
    broken[broken.length - 1]! ^= 1;
    expect(await handler(kinesisEvent(broken), context())).toEqual(done);
    expect(await lettersOf(broken)).toHaveLength(1);
  });

  test('unknown fields are accepted and kept', async () => {
    const event = recordedEvent({ writer: 'newer' });
    const extra = Buffer.from([0xfa, 0x3f, 0x03, 0x6e, 0x65, 0x77]);
    const inner = Buffer.concat([bytesOf(event).subarray(bytesOf(event)[1]! < 0x80 ? 2 : 3), extra]);
    const length = inner.length < 0x80 ? [inner.length] : [(inner.length & 0x7f) | 0x80, inner.length >> 7];
    const record = Buffer.concat([Buffer.from([0x0a, ...length]), inner]);
    expect(await handler(kinesisEvent(record), context())).toEqual(done);
    const found = await stores.events.find('shoes', event.messageId);
    expect(Buffer.from(found!.unknownFields!)).toEqual(extra);
  });

  test('a table that is down: every record comes again, in time, and later all is well', async () => {
    let down = true;
    const proxy = await startAwsProxy(database.endpoint, () =>
      down ? { status: 500, body: { __type: 'InternalServerError', message: 'down' } } : null,
    );
    const other = buildHandler(() => ({ region, dynamodbEndpoint: proxy.endpoint, tables, log }));
    const batch = kinesisEvent(
      aggregate(...eventRun('down', 1, 5)),
      Buffer.from('poison'),
      aggregate(...eventRun('down', 6, 5)),
    );
    const { batchItemFailures } = await other(batch, context(3_000));
    expect(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier).toSorted()).toEqual(
      batch.Records.map(({ kinesis }) => kinesis.sequenceNumber),
    );
    down = false;
    expect(await other(batch, context())).toEqual(done);
    expect(await rowsOf('down')).toEqual([
      { first: 1, last: 5, deadLettered: 0 },
      { first: 6, last: 10, deadLettered: 0 },
    ]);
    await other.close();
    await proxy.close();
  });

  test('only the record whose row could not be booked comes again', async () => {
    const proxy = await startAwsProxy(database.endpoint, (operation, body) => {
      const item = body.Item as { first?: { N: string } } | undefined;
      return operation === 'PutItem' && item?.first?.N === '6'
        ? { status: 400, body: { __type: 'com.amazonaws.dynamodb.v20120810#ResourceNotFoundException' } }
        : null;
    });
    const other = buildHandler(() => ({ region, dynamodbEndpoint: proxy.endpoint, tables, log }));
    const batch = kinesisEvent(aggregate(...eventRun('half', 1, 5)), aggregate(...eventRun('half', 6, 5)));
    const { batchItemFailures } = await other(batch, context());
    expect(batchItemFailures).toEqual([{ itemIdentifier: batch.Records[1]!.kinesis.sequenceNumber }]);
    expect(await rowsOf('half')).toEqual([{ first: 1, last: 5, deadLettered: 0 }]);
    await other.close();
    await proxy.close();
  });
});
