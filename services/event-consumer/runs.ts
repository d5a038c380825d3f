import type { Interval } from '@trackline/domain/ledger';

/** What stood at one place of an aggregate: an event of a writer, or something that could not be decoded. */
export type Place = { readonly writer: string; readonly sequence: number } | 'dead';

export interface Run extends Interval {
  readonly writer: string;
  readonly deadLettered: number;
}

/**
 * The intervals that an aggregate covers. It holds one writer's consecutive events, so that what could not be decoded takes the number between its neighbours', or next to one of them: a
 * dead letter leaves no false gap. Where the places contradict that (another's aggregate, perhaps), each stretch that does hold makes an interval of its own.
 */
export function runsOf(places: readonly Place[]): Run[] {
  const runs: { writer: string; first: number; last: number; deadLettered: number }[] = [];
  let leading = 0;
  let open: (typeof runs)[number] | null = null;
  let trailing = 0;
  for (const place of places) {
    if (place === 'dead') {
      if (open === null) leading++;
      else trailing++;
    } else if (open !== null && place.writer === open.writer && place.sequence === open.last + trailing + 1) {
      open.last = place.sequence;
      open.deadLettered += trailing;
      trailing = 0;
    } else {
      const before: number = open === null ? Math.min(leading, place.sequence - 1) : 0;
      if (open !== null) close(open, trailing);
      open = {
        writer: place.writer,
        first: place.sequence - before,
        last: place.sequence,
        deadLettered: before,
      };
      trailing = 0;
      runs.push(open);
    }
  }
  if (open !== null) close(open, trailing);
  return runs;
}

function close(run: { last: number; deadLettered: number }, trailing: number): void {
  run.last += trailing;
  run.deadLettered += trailing;
}
