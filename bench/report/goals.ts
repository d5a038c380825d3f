/** What a figure has to be; the *must*s and *aim*s of the work on speed (docs/performance.md). */
export interface Goal {
  /** Its path in the JSON. */
  readonly figure: string;
  readonly kind: 'must' | 'aim';
  readonly atMost?: number;
  readonly atLeast?: number;
  readonly unit: string;
  readonly what: string;
}

export const goals: readonly Goal[] = [
  must('pixel.memory.cpuVsFastify', { atMost: 1.1 }, '×', 'CPU of an impression, memory, beside Fastify'),
  aim('pixel.memory.cpuVsBare', { atMost: 1.15 }, '×', 'the same, beside bare Node'),
  aim('pixel.memory.rpsVsBare', { atLeast: 1 / 1.15 }, '×', 'impressions a second, beside bare Node'),
  must('pixel.disk.cpuVsFastify', { atMost: 1.25 }, '×', 'CPU of an impression, disk, beside Fastify'),
  aim('pixel.disk.cpuVsBare', { atMost: 1.3 }, '×', 'the same, beside bare Node'),
  aim('pixel.disk.rpsVsBare', { atLeast: 1 / 1.3 }, '×', 'impressions a second, beside bare Node'),
  must('click.memory.cpuVsFastify', { atMost: 1.25 }, '×', 'CPU of a click, memory, beside Fastify'),
  must('transaction.disk.cpuVsFastify', { atMost: 1.6 }, '×', 'CPU of a transaction, disk, beside Fastify'),
  must('workers.cpuRatio', { atMost: 1.1 }, '×', 'CPU of two workers beside one'),
  must('memory.heapMb100k', { atMost: 80 }, 'MB', 'heap of 100,000 programs'),
  must('memory.rssMb100k', { atMost: 300 }, 'MB', 'RSS of a tracker with 100,000 programs'),
  must('memory.getP99Us', { atMost: 5 }, 'µs', 'p99 of a lookup among them'),
  ...['memory', 'disk'].flatMap((mode) => [
    must(`openLoop.${mode}.p99Ms`, { atMost: 5 }, 'ms', `p99 at half of capacity, ${mode}`),
    must(`openLoop.${mode}.p999Ms`, { atMost: 15 }, 'ms', `p99.9 at half of capacity, ${mode}`),
  ]),
  must('f26.acceptedP99MsAt2', { atMost: 50 }, 'ms', 'p99 of what is accepted at twice the capacity'),
  must('f26.recoveryS', { atMost: 2 }, 's', 'recovery after an overload'),
  must('stream.eventsPerMB', { atLeast: 3_300 }, '', 'events in a megabyte of the stream'),
  must('stream.overhead', { atMost: 0.03 }, '', 'share of the bytes that aggregation adds'),
  must('consumer.cpuPerEventUs', { atMost: 20 }, 'µs', 'CPU of an event in the consumer'),
  must('consumer.vsRawBatchWrite', { atLeast: 0.8 }, '×', 'consumer beside raw BatchWriteItem'),
  must('freshness.tableP50Ms', { atMost: 500 }, 'ms', 'accepted → readable in the table, p50'),
  must('freshness.tableP99Ms', { atMost: 1_500 }, 'ms', 'accepted → readable in the table, p99'),
  must('freshness.updateP99Ms', { atMost: 1_500 }, 'ms', 'core data on the stream → decided upon, p99'),
  must('freshness.publishP99Ms', { atMost: 100 }, 'ms', 'Redis PUBLISH → decided upon, p99'),
];

export interface JudgedGoal extends Goal {
  readonly value: number;
  readonly holds: boolean;
}

/** The goals whose figures were measured, each with whether it holds. */
export function judged(figures: unknown): JudgedGoal[] {
  return goals.flatMap((goal) => {
    const value = figureAt(figures, goal.figure);
    if (value === null) return [];
    const { atMost = Number.POSITIVE_INFINITY, atLeast = Number.NEGATIVE_INFINITY } = goal;
    return [{ ...goal, value, holds: value >= atLeast && value <= atMost }];
  });
}

/** A number by its path in nested objects; null where there is none. */
export function figureAt(figures: unknown, path: string): number | null {
  const value = path
    .split('.')
    .reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined | null)?.[name], figures);
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** `≤ 1.10 ×` */
export function boundText({ atLeast, atMost, unit }: Goal): string {
  const bounds = [
    ...(atLeast === undefined ? [] : [`≥ ${plainNumber(atLeast)}`]),
    ...(atMost === undefined ? [] : [`≤ ${plainNumber(atMost)}`]),
  ];
  return `${bounds.join(', ')} ${unit}`.trim();
}

/** With as many digits as tell something. */
export function plainNumber(value: number): string {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en');
  return String(Number(value.toPrecision(3)));
}

function must(figure: string, bound: Pick<Goal, 'atMost' | 'atLeast'>, unit: string, what: string): Goal {
  return { figure, kind: 'must', ...bound, unit, what };
}

function aim(figure: string, bound: Pick<Goal, 'atMost' | 'atLeast'>, unit: string, what: string): Goal {
  return { ...must(figure, bound, unit, what), kind: 'aim' };
}
