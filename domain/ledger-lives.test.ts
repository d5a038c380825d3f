import { describe, expect, test } from 'vitest';
import { statement as anyStatement } from '../test/helpers/statements.ts';
import type { LedgerRow, Statement } from './ledger.ts';
import { balance } from './ledger-balance.ts';
import { livesOf } from './ledger-lives.ts';

const writer = 'w';
const now = 10_000_000;
const minutesAgo = (minutes: number) => now - minutes * 60_000;
const pendingMaxMs = 60_000;

/** A statement of a life with a spool on disk where all is sent. */
function said(since: number, at: number, through: number, more: Partial<Statement> = {}): Statement {
  const times = { sinceMs: minutesAgo(since), atMs: minutesAgo(at) };
  return anyStatement({
    writer,
    ...times,
    acceptedThrough: through,
    sentThrough: through,
    onDisk: true,
    ...more,
  });
}

const inMemory = { onDisk: false };
const stored = (first: number, last: number, at: number): LedgerRow => ({
  ...{ writer, first, last, storedAtMs: minutesAgo(at), deadLetters: [] },
});

function balanced(rows: readonly LedgerRow[], ...statements: readonly Statement[]) {
  return balance(writer, { rows, statements, expiredThrough: 0 }, now, pendingMaxMs);
}

describe('the counts of a writer', () => {
  test('are those of the newest statement of each life, together', () => {
    const { counts, latest } = balanced(
      [],
      said(90, 80, 5, { rejected: 1, shed: 1, ignored: 1 }),
      said(90, 70, 9, { rejected: 4, shed: 3, ignored: 2, lost: 1 }),
      said(60, 0, 9, { rejected: 10, shed: 20, ignored: 30 }),
    );
    expect(counts).toEqual({ rejected: 14, shed: 23, ignored: 32, lost: 1 });
    expect(latest).toMatchObject({ rejected: 10 });
  });

  test('are of one life where the first release stated', () => {
    const first = [1, 2, 3].map((rejected) =>
      anyStatement({ writer, atMs: minutesAgo(10 - rejected), rejected }),
    );
    expect(balanced([], ...first).counts).toMatchObject({ rejected: 3 });
  });
});

test('lives come in the order of their last words, though a clock was set back between them', () => {
  const lives = livesOf([said(5, 0, 20), said(30, 10, 9), said(2, 8, 10, { final: true })]);
  expect(lives.map(({ acceptedThrough, isClosed }) => [acceptedThrough, isClosed])).toEqual([
    [9, false],
    [10, true],
    [20, false],
  ]);
});

describe('a writer is', () => {
  test.each([
    [
      'open again when a new life begins after its last statement',
      [said(90, 60, 9, { final: true }), said(5, 0, 9)],
      'open',
    ],
    [
      'silent when that one stops without a word',
      [said(90, 60, 9, { final: true }), said(5, 4, 9)],
      'silent',
    ],
    [
      'closed when that one has said its last, too',
      [said(90, 60, 9, { final: true }), said(5, 4, 9, { final: true })],
      'closed',
    ],
    ['open while a sibling sends its rest', [said(90, 60, 9), said(5, 0, 9, { unsent: 3 })], 'open'],
    [
      'closed once the sibling has said its last',
      [said(90, 60, 9), said(5, 0, 9, { final: true })],
      'closed',
    ],
  ] as const)('%s', (_, statements, state) => {
    expect(balanced([], ...statements).state).toBe(state);
  });
});

describe('not vouched for is', () => {
  test('the end of a life that kept something in memory and stopped without a word', () => {
    expect(balanced([stored(1, 9, 5)], said(90, 5, 9, inMemory))).toMatchObject({
      state: 'silent',
      unvouched: [{ after: 9, untilMs: null }],
      restsOnDisk: false,
    });
  });

  test('the end of such a life still, when another followed it', () => {
    expect(balanced([], said(90, 70, 9, inMemory), said(60, 0, 30, inMemory))).toMatchObject({
      state: 'open',
      unvouched: [{ after: 9, untilMs: minutesAgo(60) }],
    });
  });

  test('the end of such a life still, when a sibling closed its account', () => {
    expect(balanced([], said(90, 70, 9, inMemory), said(5, 0, 12, { final: true }))).toMatchObject({
      state: 'closed',
      unvouched: [{ after: 9, untilMs: minutesAgo(5) }],
    });
  });

  test('nothing of a life on disk: silent, its disk has it; followed, it was found there', () => {
    expect(balanced([], said(90, 5, 9))).toMatchObject({ state: 'silent', unvouched: [], restsOnDisk: true });
    expect(balanced([], said(90, 70, 9), said(60, 0, 30))).toMatchObject({
      unvouched: [],
      restsOnDisk: false,
    });
  });

  test('nothing of a life that said its last, or that goes on', () => {
    const drained = said(90, 70, 9, { ...inMemory, final: true });
    expect(balanced([], drained, said(60, 0, 30, inMemory))).toMatchObject({ unvouched: [] });
  });

  test('a life that was in memory but for its last words', () => {
    expect(balanced([], said(90, 70, 9, inMemory), said(90, 5, 9)).unvouched).toHaveLength(1);
  });

  test('what only rows tell of, once they stop', () => {
    expect(balanced([stored(1, 9, 5)]).unvouched).toEqual([{ after: 9, untilMs: null }]);
    expect(balanced([stored(1, 9, 0)]).unvouched).toEqual([]);
  });
});
