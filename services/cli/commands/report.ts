import { mapBounded } from '@trackline/domain/bounded';
import { eventTypes } from '@trackline/domain/tracking-event';
import type { Answer } from '../answer.ts';
import type { Context } from '../context.ts';
import { limits } from '../limits.ts';
import { type Cell, table } from '../table.ts';
import { hoursOfDay } from '../time.ts';

type Counts = Readonly<Record<string, number>>;

export interface ReportOptions {
  readonly program: string;
  /** `YYYY-MM-DD`, in UTC. */
  readonly day: string;
  /** Whether each hour is told, too. */
  readonly hours: boolean;
}

/** `report --program ID --day D`: how many events of each type the event store has of one program and day. */
export async function report({ parts, progress }: Context, options: ReportOptions): Promise<Answer> {
  const trackingEvents = await parts.trackingEvents();
  let read = 0;
  const hours = await mapBounded(hoursOfDay(options.day), limits.hoursReadMax, async (hour) => {
    const counts = withAllTypes(await trackingEvents.countInHour(options.program, hour));
    progress(`${++read} of 24 hours counted`);
    return { hour, counts, total: total(counts) };
  });
  const counts = withAllTypes(sum(hours.map((hour) => hour.counts)));
  return {
    json: {
      programId: options.program,
      day: options.day,
      counts,
      total: total(counts),
      ...(options.hours && { hours }),
    },
    text: () => {
      const types = Object.keys(counts);
      const row = (name: string, of: Counts): Cell[] => [name, ...types.map((t) => of[t] ?? 0), total(of)];
      const hourRows = options.hours ? hours.map((h) => row(`${h.hour.slice(8)}:00`, h.counts)) : [];
      const heads = ['', ...types.map((type) => type.toUpperCase()), 'TOTAL'];
      return `${options.program} on ${options.day} (UTC)\n\n${table(heads, [...hourRows, row(options.day, counts)])}`;
    },
  };
}

/** The types that every program has come first; one that this build does not know is told after them. */
function withAllTypes(counts: Counts): Counts {
  return { ...Object.fromEntries(eventTypes.map((type) => [type, 0])), ...counts };
}

function sum(all: readonly Counts[]): Counts {
  const sums: Record<string, number> = {};
  for (const counts of all) {
    for (const [type, events] of Object.entries(counts)) sums[type] = (sums[type] ?? 0) + events;
  }
  return sums;
}

function total(counts: Counts): number {
  return Object.values(counts).reduce((all, events) => all + events, 0);
}
