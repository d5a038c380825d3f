import type { ProgramLookup } from '@trackline/domain/decide';
import type { ProgramVersion } from '@trackline/domain/program';

export const unknown: ProgramLookup = Object.freeze({ kind: 'unknown' });
export const unknowable: ProgramLookup = Object.freeze({ kind: 'unknowable' });

/** One program in memory. Its answer is built once, so that a hit makes no garbage. */
export interface Entry {
  readonly program: ProgramVersion;
  readonly lookup: ProgramLookup;
  /** In which epoch it was last known to be the newest. */
  readonly epoch: number;
  /** Monotonic ms. */
  readonly freshUntilMs: number;
}

/** That the store has no program for an id, or none that can be read. */
export interface Absence {
  readonly lookup: ProgramLookup;
  /** In which epoch the store said so: a program may be new since. */
  readonly epoch: number;
  /** Until when it is believed, in monotonic ms. */
  readonly untilMs: number;
}

export function entryOf(program: ProgramVersion, epoch: number, freshUntilMs: number): Entry {
  const lookup: ProgramLookup = program.deleted
    ? unknown
    : Object.freeze({ kind: 'known', program, unverified: false });
  return Object.freeze({ program, lookup, epoch, freshUntilMs });
}

/**
 * What an entry past its TTL still tells, where the store can't be asked: a program, flagged. A deletion is
 * then no longer certain.
 */
export function staleLookup({ program }: Entry): ProgramLookup {
  return program.deleted ? unknowable : { kind: 'known', program, unverified: true };
}
