import type { Interval } from '@trackline/domain/ledger';

/**
 * What stood at one place of an aggregate: an event with its writer and number, or something that could not
 * be decoded.
 */
export type Place =
  | { readonly writer: string; readonly sequence: number; readonly isDeadLetter: boolean }
  | 'undecodable';

export interface Run extends Interval {
  readonly writer: string;
  readonly deadLettered: number;
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
  return stretches.map(({ writer, origin, from, to }) => ({
    writer,
    first: origin + from,
    last: origin + to,
    deadLettered: places.slice(from, to + 1).filter(isDead).length,
  }));
}

/** Places whose events agree; both ends are in it. */
interface Stretch {
  readonly writer: string;
  /** The number that the place 0 has, or would have. */
  readonly origin: number;
  from: number;
  to: number;
}

function isDead(place: Place): boolean {
  return place === 'undecodable' || place.isDeadLetter;
}
