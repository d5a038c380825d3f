import { type Clock, type Random, systemClock } from '@trackline/domain/clock';
import type { LedgerRow, Statement } from '@trackline/domain/ledger';
import { connectDynamoDb, type TableTarget } from '../aws/dynamodb-client.dynamodb.ts';
import { queryPartition } from '../aws/query-partition.dynamodb.ts';
import { batchWrite } from './batch-write.dynamodb.ts';
import { type Item, itemOf, valuesOf } from './item.dynamodb.ts';
import type { Ledger } from './ledger.ts';
import { retentionMs as defaultRetentionMs } from './tables.ts';
import type { WriteOutcome } from './write-outcome.ts';

export interface LedgerOptions extends TableTarget {
  /** Only writes look at the time and need chance. */
  readonly clock?: Clock;
  readonly random?: Random;
  /** How long a row is kept after what it tells of was stored; the events' own is the right one. */
  readonly retentionMs?: number | undefined;
}

/** The partition that lists the writers. */
const writersKey = 'writers';
/** Of so many writers it is remembered that they are listed; then it is forgotten, and listed anew. */
const listedMax = 10_000;
const dayMs = 24 * 3600 * 1000;

/** The table `ledger`: a partition for each writer, its intervals under `i#`, its statements under `s#` (page 4 of the decisions). */
export function connectLedger(options: LedgerOptions): Ledger {
  const { tableName, clock = systemClock, random = Math.random } = options;
  const retentionMs = options.retentionMs ?? defaultRetentionMs;
  const client = connectDynamoDb(options);
  const table = { client: connectDynamoDb(options, 1), tableName, clock, random };
  /** Writers that are known to be listed, with the day (since the epoch) of that: once a day their entry is put again, so that it outlives their rows. */
  const listed = new Map<string, number>();

  async function write(entries: readonly Entry[], deadlineMs: number): Promise<WriteOutcome[]> {
    const unlisted = new Map(
      entries
        .map(({ writer, atMs }) => [writer, Math.floor(atMs / dayMs)] as const)
        .filter(([writer, day]) => (listed.get(writer) ?? -1) < day),
    );
    const listings = [...unlisted].map(([writer, day]) =>
      itemOf({ pk: writersKey, sk: writer, expiresAt: expiry((day + 1) * dayMs) }),
    );
    const items = entries.map(({ item, atMs }) => ({ ...item, ...itemOf({ expiresAt: expiry(atMs) }) }));
    const outcomes = await batchWrite(table, [...listings, ...items], deadlineMs);

    if (listed.size + unlisted.size > listedMax) listed.clear();
    const listing = new Map([...unlisted.keys()].map((writer, index) => [writer, outcomes[index]!]));
    for (const [writer, day] of unlisted) if (listing.get(writer)!.ok) listed.set(writer, day);
    // A row of a writer that nobody finds is not booked.
    return entries.map(({ writer }, index) => {
      const own = outcomes[unlisted.size + index]!;
      return own.ok ? (listing.get(writer) ?? own) : own;
    });
  }

  const expiry = (ms: number) => Math.floor((ms + retentionMs) / 1000);

  async function* query(pk: string) {
    for await (const item of queryPartition(client, tableName, pk)) yield valuesOf(item);
  }

  return {
    book: (rows, deadlineMs) => write(rows.map(rowEntry), deadlineMs),
    state: (statements, deadlineMs) => write(statements.map(statementEntry), deadlineMs),
    async *writers() {
      for await (const { sk } of query(writersKey)) yield sk as string;
    },
    async account(writer) {
      const rows: LedgerRow[] = [];
      const statements: Statement[] = [];
      for await (const { pk: _pk, sk, expiresAt: _expiresAt, ...rest } of query(partitionOf(writer))) {
        if ((sk as string).startsWith('i#')) rows.push(rest as unknown as LedgerRow);
        else statements.push(rest as unknown as Statement);
      }
      return { rows, statements };
    },
    async close() {
      client.destroy();
      table.client.destroy();
    },
  };
}

interface Entry {
  readonly writer: string;
  /** What its expiry is counted from. */
  readonly atMs: number;
  readonly item: Item;
}

/** The key holds both ends, so that a shorter replay never shrinks a longer row. */
function rowEntry(row: LedgerRow): Entry {
  const sk = `i#${padded(row.first, 16)}-${padded(row.last, 16)}`;
  return entry(row.writer, row.storedAtMs, itemOf({ pk: partitionOf(row.writer), sk, ...row }));
}

function statementEntry(statement: Statement): Entry {
  const sk = `s#${padded(statement.atMs, 13)}`;
  const item = itemOf({ pk: partitionOf(statement.writer), sk, ...statement });
  return entry(statement.writer, statement.atMs, item);
}

function entry(writer: string, atMs: number, item: Item): Entry {
  return { writer, atMs, item };
}

function partitionOf(writer: string): string {
  return `writer#${writer}`;
}

/** Numbers that sort as text: sixteen digits hold every safe integer, thirteen every time until 2286. */
function padded(number: number, digits: number): string {
  return String(number).padStart(digits, '0');
}
