import { connectDeadLetters } from '@trackline/adapters/event-store/dead-letters.dynamodb';
import { connectLedger } from '@trackline/adapters/event-store/ledger.dynamodb';
import { connectTrackingEvents } from '@trackline/adapters/event-store/tracking-events.dynamodb';
import { connectProgramTable } from '@trackline/adapters/program-table/program-table.dynamodb';
import { systemClock } from '@trackline/domain/clock';
import type { Statement } from '@trackline/domain/ledger';
import type { ProgramVersion } from '@trackline/domain/program';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dynamoDbs, region, startAwsProxy, tables } from '../helpers/dynamodb.ts';
import { eventRun, eventTimeMs, recordedEvent } from '../helpers/events.ts';
import { program, tombstone } from '../helpers/programs.ts';
import { skipWithout } from '../helpers/real-parts.ts';

describe.each(dynamoDbs)('the tables on %s', (name, start, missing) => {
  describe.skipIf(skipWithout(name, missing))('contract', () => {
    let database: Awaited<ReturnType<typeof start>>;
    beforeAll(async () => {
      database = await start();
    });
    afterAll(() => database?.stop());

    const soon = () => systemClock.monotonicMs() + 20_000;
    const storable = (event = recordedEvent()) => ({ event, unknownFields: null });
    const connectEvents = (endpoint = database.endpoint) =>
      connectTrackingEvents({
        tableName: tables.trackingEvents,
        region,
        endpoint,
        clock: systemClock,
        random: Math.random,
      });
    async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
      const all: T[] = [];
      for await (const value of values) all.push(value);
      return all;
    }

    describe('tracking events', () => {
      test('come back as they were stored, unknown fields and all', async () => {
        const events = connectEvents();
        const full = recordedEvent({
          type: 'transaction',
          clickId: 'c1',
          visitorId: 'v1',
          landingUrl: 'https://shop.example/',
          params: { sub1: 'a', '2': 'b' },
          transaction: { orderId: 'o1', amount: '12.30', currency: 'EUR', status: 'pending' },
          bot: true,
          unverified: true,
        });
        const bare = recordedEvent({ publisherId: '', ip: '', userAgent: '', referrer: '' });
        const unknownFields = new Uint8Array([0xfa, 0x01, 0x01, 0x78]);
        expect(await events.put([{ event: full, unknownFields }, storable(bare)], soon())).toEqual([
          'stored',
          'stored',
        ]);
        const found = await events.find('shoes', full.messageId);
        expect(found?.event).toEqual(full);
        expect(Buffer.from(found!.unknownFields!)).toEqual(Buffer.from(unknownFields));
        expect(await events.find('shoes', bare.messageId)).toEqual(storable(bare));
        expect(await events.find('other', bare.messageId)).toBeNull();
        await events.close();
      });

      test('are listed and counted by the hour of their ids', async () => {
        const events = connectEvents();
        const run = eventRun('w1', 1, 60).map((event) => ({ ...event, programId: 'listed' }));
        const click = { ...recordedEvent({ type: 'click' }), programId: 'listed' };
        await events.put([...run, click].map(storable), soon());
        const listed = await collect(events.inHour('listed', '2026051713'));
        expect(listed.map(({ event }) => event.messageId).toSorted()).toEqual(
          [...run, click].map(({ messageId }) => messageId).toSorted(),
        );
        expect(await events.countInHour('listed', '2026051713')).toEqual({ impression: 60, click: 1 });
        expect(await collect(events.inHour('listed', '2026051714'))).toEqual([]);
        await events.close();
      });

      test('a repeated write is the same write', async () => {
        const events = connectEvents();
        const run = eventRun('w1', 1, 30).map((event) => ({ ...event, programId: 'repeated' }));
        for (let i = 0; i < 3; i++) {
          expect(new Set(await events.put(run.map(storable), soon()))).toEqual(new Set(['stored']));
        }
        expect(await events.countInHour('repeated', '2026051713')).toEqual({ impression: 30 });
        await events.close();
      });

      test('an item of over 400 KB is too large, and its neighbours are stored', async () => {
        const events = connectEvents();
        const large = recordedEvent({ params: { sub1: 'x'.repeat(400 * 1024) } });
        const almost = recordedEvent({ params: { sub1: 'x'.repeat(390 * 1024) } });
        const outcomes = await events.put([recordedEvent(), large, almost].map(storable), soon());
        expect(outcomes).toEqual(['stored', 'too_large', 'stored']);
        await events.close();
      });

      test('what the table leaves unprocessed is tried again, alone', async () => {
        const calls: number[] = [];
        const proxy = await startAwsProxy(database.endpoint, (operation, body) => {
          if (operation !== 'BatchWriteItem') return null;
          const requests = (body.RequestItems as Record<string, unknown[]>)[tables.trackingEvents]!;
          calls.push(requests.length);
          const half = Math.floor(requests.length / 2);
          if (half === 0) return null;
          return {
            passInstead: { ...body, RequestItems: { [tables.trackingEvents]: requests.slice(0, half) } },
            merge: { UnprocessedItems: { [tables.trackingEvents]: requests.slice(half) } },
          };
        });
        const events = connectEvents(proxy.endpoint);
        const run = eventRun('w1', 1, 25);
        expect(new Set(await events.put(run.map(storable), soon()))).toEqual(new Set(['stored']));
        expect(calls).toEqual([25, 13, 7, 4, 2, 1]);
        for (const { messageId } of run) expect(await events.find('shoes', messageId)).not.toBeNull();
        await events.close();
        await proxy.close();
      });

      test('a table that refuses until the deadline: failed, and no later than that', async () => {
        const proxy = await startAwsProxy(database.endpoint, () => ({
          status: 400,
          body: {
            __type: 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException',
            message: 'slow',
          },
        }));
        const events = connectEvents(proxy.endpoint);
        const fromMs = performance.now();
        expect(await events.put([storable()], systemClock.monotonicMs() + 300)).toEqual(['failed']);
        expect(performance.now() - fromMs).toBeLessThan(3_000);
        await events.close();
        await proxy.close();
      });
    });

    describe('the ledger', () => {
      const statement: Statement = {
        writer: 'w1',
        instance: 'tracker-1',
        atMs: eventTimeMs,
        acceptedThrough: 250,
        rejected: 3,
        shed: 2,
        ignored: 1,
        lost: 0,
        final: true,
      };

      test('keeps rows and statements by writer; a replay changes nothing', async () => {
        const ledger = connectLedger({ tableName: tables.ledger, region, endpoint: database.endpoint });
        const row = { writer: 'w1', first: 1, last: 100, storedAtMs: eventTimeMs, deadLettered: 0 };
        const rows = [row, { ...row, first: 101, last: 250, deadLettered: 2 }];
        for (let i = 0; i < 2; i++) {
          await ledger.book(rows);
          await ledger.state(statement);
        }
        await ledger.book([{ ...row, writer: 'w2' }]);
        expect((await collect(ledger.writers())).toSorted()).toEqual(['w1', 'w2']);
        expect(await ledger.account('w1')).toEqual({ rows, statements: [statement] });
        expect(await ledger.account('nobody')).toEqual({ rows: [], statements: [] });
        await ledger.close();
      });

      test('a shorter replay does not shrink a longer row', async () => {
        const ledger = connectLedger({ tableName: tables.ledger, region, endpoint: database.endpoint });
        const row = { writer: 'w3', first: 1, last: 100, storedAtMs: eventTimeMs, deadLettered: 0 };
        await ledger.book([row]);
        await ledger.book([{ ...row, last: 50 }]);
        expect((await ledger.account('w3')).rows).toContainEqual(row);
        await ledger.close();
      });
    });

    describe('dead letters', () => {
      const origin = {
        stream: 's',
        shardId: 'shardId-000000000000',
        sequenceNumber: '49',
        index: 2,
        partitionKey: 'k',
        arrivedAtMs: eventTimeMs,
      };

      test.each([0, 10, 350 * 1024, 350 * 1024 + 1, 1024 * 1024])('keep %i bytes whole', async (size) => {
        const letters = connectDeadLetters({
          tableName: tables.deadLetters,
          region,
          endpoint: database.endpoint,
        });
        const bytes = Buffer.alloc(size, 'abc');
        const place = { ...origin, sequenceNumber: `size-${size}` };
        // Twice: a record that comes again makes no second letter.
        for (let i = 0; i < 2; i++)
          await letters.put({ reason: 'event_invalid', detail: 'why', bytes, origin: place });
        const listed = (await collect(letters.list('2026-05-17'))).filter(
          (letter) => letter.origin.sequenceNumber === place.sequenceNumber,
        );
        expect(listed).toEqual([
          { id: listed[0]!.id, reason: 'event_invalid', detail: 'why', size, origin: place },
        ]);
        const letter = await letters.get(listed[0]!.id);
        expect(Buffer.from(letter!.bytes).equals(bytes)).toBe(true);
        await letters.close();
      });

      test('an id that is none finds nothing', async () => {
        const letters = connectDeadLetters({
          tableName: tables.deadLetters,
          region,
          endpoint: database.endpoint,
        });
        expect(await letters.get('2026-05-17-0123456789abcdef')).toBeNull();
        await letters.close();
      });
    });

    describe('programs', () => {
      const connect = (endpoint = database.endpoint) =>
        connectProgramTable({ tableName: tables.programs, region, endpoint });

      test('the newest version by one read, every version in the history', async () => {
        const table = connect();
        const versions: ProgramVersion[] = [
          program({ id: 'a' }),
          program({ id: 'a', version: 2, status: 'paused' }),
          tombstone('a', 10),
        ];
        for (const [index, version] of versions.entries())
          expect(await table.put(version, 1000 + index)).toBe('stored');
        expect(await table.latest('a')).toEqual({ program: tombstone('a', 10), storedAtMs: 1002 });
        expect((await collect(table.history('a'))).map((stored) => stored.program)).toEqual(
          versions.toReversed(),
        );
        expect(await table.latest('nobody')).toBeNull();
        await table.close();
      });

      test('repeated, older and conflicting versions', async () => {
        const table = connect();
        await table.put(program({ id: 'b', version: 5 }), 1);
        expect(await table.put(program({ id: 'b', version: 5 }), 2)).toBe('same');
        expect(await table.put(program({ id: 'b', version: 5, name: 'Other' }), 3)).toBe('conflict');
        expect(await table.put(program({ id: 'b', version: 4 }), 4)).toBe('older');
        expect(await table.latest('b')).toEqual({ program: program({ id: 'b', version: 5 }), storedAtMs: 1 });
        await table.close();
      });

      test('a crash between the two writes is mended by the retry', async () => {
        let failing = true;
        const proxy = await startAwsProxy(database.endpoint, (operation, body) => {
          const key = (body.Item as { pk: { S: string } } | undefined)?.pk.S ?? '';
          if (!failing || operation !== 'PutItem' || !key.startsWith('latest#')) return null;
          return {
            status: 400,
            body: { __type: 'com.amazonaws.dynamodb.v20120810#ResourceNotFoundException' },
          };
        });
        const table = connect(proxy.endpoint);
        await expect(table.put(program({ id: 'c' }), 1)).rejects.toThrow();
        expect(await table.latest('c')).toBeNull();
        failing = false;
        expect(await table.put(program({ id: 'c' }), 2)).toBe('stored');
        expect((await table.latest('c'))?.program).toEqual(program({ id: 'c' }));
        await table.close();
        await proxy.close();
      });

      test('all programs, without their histories', async () => {
        const table = connect();
        for (let i = 0; i < 20; i++) {
          for (let version = 1; version <= 3; version++)
            await table.put(program({ id: `all-${i}`, version }), version);
        }
        const all = (await collect(table.all())).filter((stored) => stored.program.id.startsWith('all-'));
        expect(all).toHaveLength(20);
        expect(new Set(all.map((stored) => stored.program.version))).toEqual(new Set([3]));
        await table.close();
      });
    });
  });
});
