import type { Interval } from '@trackline/domain/ledger';
import { limits } from './limits.ts';

/**
 * What stood at one place of an aggregate: an event with its writer and number, or something that could not
 * be decoded.
 */
export type Place =
  | { readonly writer: string; readonly sequence: number; readonly isDeadLetter: boolean }
  | 'undecodable';

export interface Run extends Interval {
  readonly writer: string;
  readonly deadLetters: readonly Interval[];
}

/**
 * The intervals that an aggregate covers.
 *
 * An aggregate holds one writer's consecutive events, so place n holds the number origin + n, and that also
 * numbers what could not be decoded: a dead letter leaves no false gap. Where events disagree about writer or
 * origin (an aggregate of another maker), only what stands between two that agree is claimed: a row too many
 * would hide a loss.
 */
export function runsOf(places: readonly Place[]): Run[] {
  const stretches: Stretch[] = [];
  places.forEach((place, index) => {
    if (place === 'undecodable') return;
    const { writer, sequence } = place;
    const origin = sequence - index;
    const open = stretches.at(-1);
    if (open?.writer === writer && open.origin === origin) open.to = index;
    else stretches.push({ writer, origin, from: index, to: index });
  });
  const [only, ...others] = stretches;
  if (only && others.length === 0) {
    only.from = Math.max(0, 1 - only.origin);
    only.to = places.length - 1;
  }
  return stretches.flatMap(({ writer, origin, from, to }) => {
    const deadLetters = deadIn(places.slice(from, to + 1), origin + from);
    return cut({ writer, first: origin + from, last: origin + to, deadLetters });
  });
}

/**
 * Runs of which each is a row that a table takes: an aggregate of another maker may be a patchwork of good events and
 * bad ones.
 */
function cut(run: Run): Run[] {
  const { writer, last, deadLetters } = run;
  if (deadLetters.length <= limits.deadIntervalsPerRowMax) return [run];
  const head = deadLetters.slice(0, limits.deadIntervalsPerRowMax);
  const middle = head.at(-1)!.last;
  const tail = { writer, first: middle + 1, last, deadLetters: deadLetters.slice(head.length) };
  return [{ ...run, last: middle, deadLetters: head }, ...cut(tail)];
}

/** Places whose events agree; both ends are in it. */
interface Stretch {
  readonly writer: string;
  /** The number that the place 0 has, or would have. */
  readonly origin: number;
  from: number;
  to: number;
}

/** Which of the places are dead letters, by their numbers. */
function deadIn(places: readonly Place[], first: number): Interval[] {
  const dead: { first: number; last: number }[] = [];
  places.forEach((place, index) => {
    if (place !== 'undecodable' && !place.isDeadLetter) return;
    const sequence = first + index;
    const open = dead.at(-1);
    if (open?.last === sequence - 1) open.last = sequence;
    else dead.push({ first: sequence, last: sequence });
  });
  return dead;
}
