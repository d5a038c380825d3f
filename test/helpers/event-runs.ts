import { deaggregate } from '@trackline/proto/kpl';
import { encodeRun } from '@trackline/proto/kpl-run';
import type { EventRun, SpoolOutlet } from '@trackline/tracker/shipping/spool';

/** The events of a run, as a consumer would find them in its aggregate. */
export function eventsOf({ first, records }: EventRun): { sequence: number; data: Uint8Array }[] {
  return deaggregate(encodeRun('w', '0', records))!.map(({ data }, index) => ({
    sequence: first + index,
    data,
  }));
}

/** Takes all that there is to take now, in runs of `eventsMax`. */
export function takeAll(spool: Pick<SpoolOutlet, 'take'>, eventsMax = Number.POSITIVE_INFINITY): EventRun[] {
  const runs: EventRun[] = [];
  for (;;) {
    const run = spool.take(Number.POSITIVE_INFINITY, eventsMax);
    if (run === null) return runs;
    runs.push(run);
  }
}
