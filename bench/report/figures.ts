import type { Round } from '../rounds/measure.ts';
import { medians, pairedRatio, spread } from '../rounds/median.ts';
import type { Measured } from '../rounds/rounds.ts';

/** The figures of one contender, in the units that their names end with. */
export interface ContenderFigures extends Round {
  readonly rssMb: number;
  readonly heapMb: number | null;
  /** From the least to the most CPU time of a round, as a share of the median: what is noise. */
  readonly cpuSpread: number;
  readonly rounds: number;
  readonly voidRounds: number;
  readonly cpuVsFastify?: number;
  readonly cpuVsBare?: number;
  readonly rpsVsBare?: number;
}

const mb = (bytes: number) => bytes / 1024 ** 2;

/** By contender, `pixel.memory`, the figures of its rounds and its ratios to those it was beside. */
export function contenderFigures(measured: readonly Measured[]): Record<string, ContenderFigures> {
  const byName = new Map(measured.map((each) => [each.name, each]));
  const figures: Record<string, ContenderFigures> = {};
  for (const each of measured) {
    const rounds = each.rounds.filter((round) => round !== null);
    if (rounds.length === 0) continue;
    const [scenario] = each.name.split('.');
    const beside = (kind: string, figure: 'cpuUs' | 'rps') =>
      ratioOf(each, byName.get(`${scenario}.${kind}`), figure);
    figures[each.name] = {
      ...medians(rounds),
      rssMb: mb(each.rssBytes),
      heapMb: each.heapBytes === null ? null : mb(each.heapBytes),
      cpuSpread: spread(rounds.map(({ cpuUs }) => cpuUs)),
      rounds: rounds.length,
      voidRounds: each.rounds.length - rounds.length,
      ...named('cpuVsFastify', beside('fastify', 'cpuUs')),
      ...named('cpuVsBare', beside('bare', 'cpuUs')),
      ...named('rpsVsBare', beside('bare', 'rps')),
    };
  }
  return figures;
}

/** The ratio of a figure over the rounds in which both were measured; null where there are none. */
export function ratioOf(of: Measured, to: Measured | undefined, figure: keyof Round): number | null {
  if (to === undefined || to === of) return null;
  const pairs = of.rounds.flatMap((round, at) => {
    const other = to.rounds[at];
    return round && other ? [[round[figure], other[figure]] as const] : [];
  });
  if (pairs.length === 0) return null;
  return pairedRatio(
    pairs.map(([one]) => one),
    pairs.map(([, other]) => other),
  );
}

function named(name: string, value: number | null): Record<string, number> {
  return value === null ? {} : { [name]: value };
}

/** The contenders' figures out of those of a run. */
export function asContenders(figures: object): Record<string, ContenderFigures> {
  const groups = Object.entries(figures).filter(([name]) => ['pixel', 'click', 'transaction'].includes(name));
  return Object.fromEntries(
    groups.flatMap(([scenario, kinds]) =>
      Object.entries(kinds as Record<string, ContenderFigures>).map(([kind, each]) => [
        `${scenario}.${kind}`,
        each,
      ]),
    ),
  );
}

/** `{'pixel.memory': x}` as `{pixel: {memory: x}}`. */
export function nested(flat: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const [path, value] of Object.entries(flat)) {
    const names = path.split('.');
    const last = names.pop()!;
    let at = root;
    for (const name of names) {
      at[name] ??= {};
      at = at[name] as Record<string, unknown>;
    }
    at[last] = value;
  }
  return root;
}

/** What a call costs two workers, as a multiple of what it costs one process; nothing where one was not measured. */
export function workerFigures(measured: readonly Measured[]): Record<string, object> {
  const of = (name: string) => measured.find((each) => each.name === name);
  const [one, two] = [of('pixel.memory'), of('pixel.memory2')];
  const cpuRatio = one && two ? ratioOf(two, one, 'cpuUs') : null;
  return cpuRatio === null ? {} : { workers: { cpuRatio } };
}
