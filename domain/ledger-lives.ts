import type { Statement } from './ledger.ts';

/**
 * One process that spoke for a writer. A spool on disk hands its writer on: to the next process on that disk, or to a
 * sibling that adopts it and sends what is left. So a writer has as many lives as processes spoke for it.
 */
export interface Life {
  /** When the process began; 0 in the one life of a writer of the first release, which did not say. */
  readonly sinceMs: number;
  readonly newest: Statement;
  /** How far it said that it had accepted. */
  readonly acceptedThrough: number;
  /** It said its last. */
  readonly isClosed: boolean;
  /** It answered nothing "accepted" that would not survive its unclean exit. */
  readonly onDisk: boolean;
}

/**
 * The lives of one writer by their statements, in the order of their last words: a process may begin with a clock
 * that was set back. Within a life, the newest is what counts; but no statement follows a last one, whatever its time.
 */
export function livesOf(statements: readonly Statement[]): Life[] {
  const lives = new Map<number, Life>();
  for (const statement of statements) {
    const life = lives.get(statement.sinceMs);
    lives.set(statement.sinceMs, {
      sinceMs: statement.sinceMs,
      newest: life === undefined || statement.atMs >= life.newest.atMs ? statement : life.newest,
      acceptedThrough: Math.max(statement.acceptedThrough, life?.acceptedThrough ?? 0),
      isClosed: statement.final || (life?.isClosed ?? false),
      onDisk: statement.onDisk && (life?.onDisk ?? true),
    });
  }
  return [...lives.values()].sort((a, b) => a.newest.atMs - b.newest.atMs || a.sinceMs - b.sinceMs);
}

/** What the lives of a writer counted, together. */
export interface Counts {
  readonly rejected: number;
  readonly shed: number;
  readonly ignored: number;
  readonly lost: number;
}

/** Each life counts from its own beginning, so that its newest statement has its sum. */
export function countsOf(lives: readonly Life[]): Counts {
  const sum = (of: (statement: Statement) => number) =>
    lives.reduce((all, { newest }) => all + of(newest), 0);
  return {
    rejected: sum(({ rejected }) => rejected),
    shed: sum(({ shed }) => shed),
    ignored: sum(({ ignored }) => ignored),
    lost: sum(({ lost }) => lost),
  };
}

/** Where a writer may have accepted more than is known. */
export interface Unvouched {
  /** Behind this number. */
  readonly after: number;
  /** When the next life began; null where there is none. */
  readonly untilMs: number | null;
}

/**
 * The lives that ended without their last statement and kept something in memory alone: it is not known whether they
 * accepted more than they said.
 *
 * @param isOver whether the newest life is, too
 */
export function unvouchedOf(lives: readonly Life[], isOver: boolean): Unvouched[] {
  return lives.flatMap((life, index): Unvouched[] => {
    const next = lives[index + 1];
    if (life.isClosed || life.onDisk || (next === undefined && !isOver)) return [];
    return [{ after: life.acceptedThrough, untilMs: next?.sinceMs ?? null }];
  });
}
