import type { TableTarget } from '@trackline/adapters/dynamodb/dynamodb-client.dynamodb';
import { connectLedger } from '@trackline/adapters/event-store/ledger.dynamodb';
import { type Clock, systemClock } from '@trackline/domain/clock';
import type { LedgerRow, Statement } from '@trackline/domain/ledger';
import { balance } from '@trackline/domain/ledger-balance';
import { describe, expect, test } from 'vitest';
import { onEachDynamoDb } from '../helpers/dynamodb.ts';
import { ledgerRow } from '../helpers/ledger-rows.ts';
import { listOf } from '../helpers/list-of.ts';
import { statement as anyStatement } from '../helpers/statements.ts';

const storedAtMs = Date.UTC(2026, 0, 31, 12);
const done = { ok: true };
const soon = () => performance.now() + 15_000;

function row(writer: string, first: number, last: number, dead = 0): LedgerRow {
  return ledgerRow(writer, first, last, storedAtMs, dead);
}

function statement(writer: string, atMs: number, acceptedThrough: number): Statement {
  const counts = { rejected: 4, shed: 3, ignored: 2, lost: 1 };
  return anyStatement({ writer, atMs, acceptedThrough, ...counts });
}

describe('ledger', () => {
  onEachDynamoDb((dynamoDb) => {
    /** The ledger on the day of the rows. */
    async function connected(clock: Clock = { ...systemClock, wallMs: () => storedAtMs }) {
      const connect = (target: TableTarget) => connectLedger({ ...target, clock });
      const { adapter: ledger, ...rest } = await dynamoDb.connected('ledger', connect);
      return { ledger, ...rest };
    }

    test('an account gives back what was booked and stated, and only this writer’s', async () => {
      const { ledger } = await connected();
      const rows = [row('w1', 1, 250), row('w1', 251, 251, 1), row('w1', 2_000, 9_007_199_254_740_991)];
      const statements = [statement('w1', storedAtMs, 251), statement('w1', storedAtMs + 10_000, 300)];
      expect(await ledger.book([...rows, row('w2', 1, 9)], soon())).toEqual([done, done, done, done]);
      expect(await ledger.state(statements, soon())).toEqual([done, done]);
      expect(await ledger.account('w1')).toEqual({ rows, statements, expiredThrough: 0 });
      expect(await ledger.account('w2')).toMatchObject({ rows: [row('w2', 1, 9)], statements: [] });
      expect(await ledger.account('nobody')).toEqual({ rows: [], statements: [], expiredThrough: 0 });
    });

    test('what a statement tells of its life and its spool comes back, and whether a row is a replay', async () => {
      const { ledger } = await connected();
      const told: Statement = {
        ...statement('w1', storedAtMs, 300),
        sinceMs: storedAtMs - 60_000,
        sentThrough: 290,
        unsent: 12,
        oldestUnsentAtMs: storedAtMs - 41_000,
        unconfirmed: 3,
        onDisk: true,
        final: true,
      };
      const booked = {
        ...row('w1', 1, 20),
        deadLetters: [
          { first: 5, last: 5 },
          { first: 9, last: 12 },
        ],
      };
      await ledger.state([told], soon());
      await ledger.book([booked], soon());
      expect(await ledger.account('w1')).toEqual({ rows: [booked], statements: [told], expiredThrough: 0 });
    });

    test('rows and statements of the first release are read as such', async () => {
      const { ledger, table } = await connected();
      const first = statement('w1', storedAtMs, 4);
      await ledger.book([row('w1', 1, 4)], soon());
      await ledger.state([first], soon());
      const later = [
        'sinceMs',
        'sentThrough',
        'unsent',
        'oldestUnsentAtMs',
        'unconfirmed',
        'onDisk',
        'deadLetters',
      ];
      for (const item of await dynamoDb.items(table)) {
        await dynamoDb.put(
          table,
          Object.fromEntries(Object.entries(item).filter(([name]) => !later.includes(name))),
        );
      }
      expect(await ledger.account('w1')).toEqual({
        rows: [row('w1', 1, 4)],
        statements: [first],
        expiredThrough: 0,
      });
    });

    test('a replay overwrites its own row, and a shorter one never shrinks a longer', async () => {
      const { ledger } = await connected();
      await ledger.book([row('w1', 1, 100)], soon());
      await ledger.book([{ ...row('w1', 1, 100), storedAtMs: storedAtMs + 5 }], soon());
      await ledger.book([row('w1', 1, 40)], soon());
      const account = await ledger.account('w1');
      expect(account.rows.map(({ first, last }) => [first, last])).toEqual([
        [1, 40],
        [1, 100],
      ]);
      const { persisted, missing } = balance('w1', account, storedAtMs, 60_000);
      expect({ persisted, missing }).toEqual({ persisted: 100, missing: [] });
    });

    test('a writer is known by a row or by a statement alone, and told once', async () => {
      const { ledger, proxy } = await connected();
      await ledger.book([row('w1', 1, 2), row('w1', 3, 4), row('schreiber-ß', 1, 1)], soon());
      await ledger.state([statement('silent', storedAtMs, 0), statement('w1', storedAtMs, 4)], soon());
      await ledger.book([row('w1', 5, 6)], soon());
      expect((await listOf(ledger.writers())).sort()).toEqual(['schreiber-ß', 'silent', 'w1']);
      // Once listed, a writer is not listed again by this process the same day.
      const listings = proxy.calls.flatMap(({ body }) => body.match(/"sk":\{"S":"w1"\}/g) ?? []);
      expect(listings).toHaveLength(1);
    });

    test('a writer is listed again on another day, so that its entry outlives its rows', async () => {
      const { ledger, table } = await connected();
      const listedUntil = async () =>
        (await dynamoDb.items(table)).find(({ pk }) => pk!.S === 'writers')!.expiresAt!.N;
      await ledger.book([row('w1', 1, 2)], soon());
      const first = Number(await listedUntil());
      await ledger.book([{ ...row('w1', 3, 4), storedAtMs: storedAtMs + 24 * 3600 * 1000 }], soon());
      expect(Number(await listedUntil())).toBe(first + 24 * 3600);
    });

    test('rows, statements and the list of writers expire', async () => {
      const { ledger, table } = await connected();
      await ledger.book([row('w1', 1, 2)], soon());
      await ledger.state([statement('w1', storedAtMs, 2)], soon());
      const day = 24 * 3600;
      const retentionS = 396 * day;
      const items = await dynamoDb.items(table);
      expect(items.map(({ pk, sk, expiresAt }) => [pk!.S, sk!.S, Number(expiresAt!.N)])).toEqual([
        ['writer#w1', 'i#0000000000000001-0000000000000002', storedAtMs / 1000 + retentionS + day],
        ['writer#w1', `s#${storedAtMs}`, storedAtMs / 1000 + retentionS + 30 * day],
        // The entry outlives the statements of its day.
        ['writers', 'w1', storedAtMs / 1000 + day / 2 + retentionS + 30 * day],
      ]);
    });

    test('rows that have expired leave no gap, in whatever order the table sweeps them', async () => {
      const dayMs = 24 * 3600 * 1000;
      let nowMs = storedAtMs;
      const { ledger, table } = await connected({ ...systemClock, wallMs: () => nowMs });
      // A hundred events a day, one of the first day's lost.
      for (let day = 0; day < 5; day++) {
        const atMs = storedAtMs + day * dayMs;
        const first = 100 * day + (day === 0 ? 2 : 1);
        await ledger.book([{ ...row('w1', first, 100 * day + 100), storedAtMs: atMs }], soon());
        await ledger.state([statement('w1', atMs + 10_000, 100 * day + 100)], soon());
      }
      /** The balance on a day, once the table has swept what has expired by then. */
      async function balanceOn(day: number) {
        nowMs = storedAtMs + day * dayMs + 20_000;
        for (const item of await dynamoDb.items(table)) {
          if (Number(item.expiresAt!.N) < nowMs / 1000) await dynamoDb.remove(table, item);
        }
        return balance('w1', await ledger.account('w1'), nowMs, 60_000);
      }
      expect(await balanceOn(4)).toMatchObject({ persisted: 499, missing: [{ first: 1, last: 1 }] });
      expect(await balanceOn(395)).toMatchObject({ expiredThrough: 0, missing: [{ first: 1, last: 1 }] });
      expect(await balanceOn(396)).toMatchObject({ expiredThrough: 100, persisted: 400, missing: [] });
      expect(await balanceOn(398)).toMatchObject({ expiredThrough: 300, persisted: 200, missing: [] });
      expect(await balanceOn(410)).toMatchObject({ expiredThrough: 500, persisted: 0, missing: [] });
      expect(await balanceOn(440)).toMatchObject({ acceptedThrough: 0, missing: [], pending: [] });
      expect(await listOf(ledger.writers())).toEqual([]);
    });

    test('a hundred rows cost five calls', async () => {
      const { ledger, proxy } = await connected();
      const rows = Array.from({ length: 100 }, (_, n) => row('w1', n * 100 + 1, n * 100 + 100));
      await ledger.book(rows, soon());
      expect(proxy.calls).toHaveLength(5);
      expect((await ledger.account('w1')).rows).toHaveLength(100);
    });

    test('accounts and writers are read as they are now', async () => {
      const { ledger, proxy } = await connected();
      await ledger.account('w1');
      await listOf(ledger.writers());
      expect(proxy.reads).toEqual(['Query', 'Query']);
    });

    test('an account longer than a page is read to its end', async () => {
      const { ledger, proxy } = await connected();
      const writer = 'w'.repeat(256);
      const rows = Array.from({ length: 2_000 }, (_, n) => row(writer, n + 1, n + 1));
      await ledger.book(rows, soon());
      expect((await ledger.account(writer)).rows).toEqual(rows);
      expect(proxy.count('Query')).toBeGreaterThan(1);
    });

    test('a row whose writer could not be listed is not booked; the next try mends it', async () => {
      const { ledger, proxy, table } = await connected();
      proxy.treat = ({ body }) =>
        body.includes('"writers"}') ? { error: 'AccessDeniedException' } : 'forward';
      // More than a call holds, so that some are written and only their writer's entry is not.
      const rows = Array.from({ length: 40 }, (_, n) => row('w1', n + 1, n + 1));
      const refused = { ok: false, code: 'AccessDeniedException', retriable: true };
      expect(await ledger.book(rows, soon())).toMatchObject(rows.map(() => refused));
      expect(await dynamoDb.items(table)).toHaveLength(40 - 24);
      proxy.treat = () => 'forward';
      expect(await listOf(ledger.writers())).toEqual([]);
      expect(await ledger.book(rows, soon())).toEqual(rows.map(() => done));
      expect(await listOf(ledger.writers())).toEqual(['w1']);
    });

    test('a table that does not answer is told by the deadline', async () => {
      const { ledger, proxy } = await connected();
      proxy.treat = () => 'hang';
      const untilMs = performance.now() + 200;
      const outcomes = await ledger.book([row('w1', 1, 2), row('w2', 1, 2)], untilMs);
      expect(performance.now()).toBeLessThan(untilMs + 5_000);
      expect(outcomes.map(({ ok }) => ok)).toEqual([false, false]);
    });
  });
});
