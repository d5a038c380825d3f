import { type Clock, type Random, systemClock } from '@trackline/domain/clock';
import type { Interval, LedgerRow, Statement } from '@trackline/domain/ledger';
import { batchWrite } from '../dynamodb/batch-write.dynamodb.ts';
import { connectDynamoDb, type TableTarget } from '../dynamodb/dynamodb-client.dynamodb.ts';
import { type Item, itemOf, valuesOf } from '../dynamodb/item.dynamodb.ts';
import { queryPartition } from '../dynamodb/query-partition.dynamodb.ts';
import type { WriteOutcome } from '../dynamodb/write-outcome.ts';
import { connectWrittenTable } from '../dynamodb/written-table.dynamodb.ts';
import type { LedgerReader, LedgerWriter } from './ledger.ts';
import { retentionMs as defaultRetentionMs } from './tables.ts';

export interface LedgerOptions extends TableTarget {
  readonly clock?: Clock;
  /** Only writes need chance. */
  readonly random?: Random;
  /**
   * For how long it is told whether an event is there; the events' own retention is the right one. Only
   * writes need it.
   */
  readonly retentionMs?: number | undefined;
}

/** The partition that lists the writers. */
const writersKey = 'writers';
/** Of so many writers it is remembered that they are listed; then it is forgotten, and listed anew. */
const listedMax = 10_000;
const dayMs = 24 * 3600 * 1000;
/**
 * Rows expire one by one, and the one that is gone would look like a gap. So each statement says until when
 * what it reaches is judged; rows live a day longer than that, and statements and the list of writers a
 * month, to say it.
 */
const rowsOutliveMs = dayMs;
const statementsOutliveMs = 30 * dayMs;

/**
 * The table `ledger`: a partition for each writer, its intervals under `i#`, its statements under `s#` (page
 * 4 of the decisions).
 */
export function connectLedger(options: LedgerOptions): LedgerWriter & LedgerReader {
  const { tableName, clock = systemClock, random = Math.random } = options;
  const retentionMs = options.retentionMs ?? defaultRetentionMs;
  const keptMs = retentionMs + statementsOutliveMs;
  const client = connectDynamoDb(options);
  const table = connectWrittenTable({ ...options, clock, random });
  /**
   * Writers that are known to be listed, with the day (since the epoch) of that: once a day their entry is
   * put again, so that it outlives their rows.
   */
  const listed = new Map<string, number>();

  async function write(entries: readonly Entry[], deadlineMs: number): Promise<WriteOutcome[]> {
    const unlisted = new Map(
      entries
        .map(({ writer, atMs }) => [writer, Math.floor(atMs / dayMs)] as const)
        .filter(([writer, day]) => (listed.get(writer) ?? -1) < day),
    );
    const listings = [...unlisted].map(([writer, day]) =>
      itemOf({ pk: writersKey, sk: writer, expiresAt: seconds((day + 1) * dayMs + keptMs) }),
    );
    const items = entries.map(({ item }) => item);
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

  /** The key holds both ends, so that a shorter replay never shrinks a longer row. */
  function rowEntry(row: LedgerRow): Entry {
    const { writer, storedAtMs } = row;
    const sk = `i#${padded(row.first, 16)}-${padded(row.last, 16)}`;
    const expiresAt = seconds(storedAtMs + retentionMs + rowsOutliveMs);
    return {
      writer,
      atMs: storedAtMs,
      item: itemOf({ pk: partitionOf(writer), sk, ...row, deadLetters: textOf(row.deadLetters), expiresAt }),
    };
  }

  function statementEntry(statement: Statement): Entry {
    const { writer, atMs } = statement;
    const expiry = { judgedUntil: seconds(atMs + retentionMs), expiresAt: seconds(atMs + keptMs) };
    const key = { pk: partitionOf(writer), sk: `s#${padded(atMs, 13)}` };
    return { writer, atMs, item: itemOf({ ...key, ...statement, ...expiry }) };
  }

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
      let expiredThrough = 0;
      const now = seconds(clock.wallMs());
      for await (const item of query(partitionOf(writer))) {
        const { pk: _pk, sk, expiresAt: _expiresAt, judgedUntil, ...rest } = item;
        if ((sk as string).startsWith('i#')) {
          rows.push({ ...rest, deadLetters: intervalsOf(rest.deadLetters) } as unknown as LedgerRow);
          continue;
        }
        const statement = { ...statementsOfOld, ...rest } as unknown as Statement;
        statements.push(statement);
        if (now >= (judgedUntil as number)) {
          expiredThrough = Math.max(expiredThrough, statement.acceptedThrough);
        }
      }
      return { rows, statements, expiredThrough };
    },
    async close() {
      client.destroy();
      table.client.destroy();
    },
  };
}

/** What statements of the first release have not; their rows do not tell which events are dead letters. */
const statementsOfOld = {
  sinceMs: 0,
  sentThrough: 0,
  unsent: 0,
  oldestUnsentAtMs: 0,
  unconfirmed: 0,
  onDisk: false,
} satisfies Partial<Statement>;

interface Entry {
  readonly writer: string;
  /** When what it tells of happened. */
  readonly atMs: number;
  readonly item: Item;
}

/** `5 9-12` */
function textOf(intervals: readonly Interval[]): string {
  return intervals.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`)).join(' ');
}

function intervalsOf(text: unknown): Interval[] {
  if (typeof text !== 'string' || text === '') return [];
  return text.split(' ').map((each) => {
    const [first, last = first] = each.split('-').map(Number);
    return { first: first!, last: last! };
  });
}

function partitionOf(writer: string): string {
  return `writer#${writer}`;
}

/** Of a time in ms, as DynamoDB's TTL wants it. */
function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}

/** Numbers that sort as text: sixteen digits hold every safe integer, thirteen every time until 2286. */
function padded(number: number, digits: number): string {
  return String(number).padStart(digits, '0');
}
