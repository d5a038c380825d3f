import type { Round } from '../rounds/measure.ts';
import { median } from '../rounds/median.ts';
import type { Measured } from '../rounds/rounds.ts';

/** One contender of two builds, beside one another. */
export interface Comparison {
  readonly name: string;
  readonly cpu: Ratio;
  readonly rps: Ratio;
}

/** This build's figure as a multiple of the other's. */
export interface Ratio {
  readonly median: number;
  /** Over the rounds. */
  readonly least: number;
  readonly most: number;
  /** Whether all rounds agree on which is more, and are enough not to do so by chance: else it is noise. */
  readonly isChange: boolean;
  readonly rounds: number;
}

/** Fewer agree by chance one time in eight or more often, also where nothing has changed. */
export const roundsThatTell = 5;

/** What the other build's contenders have behind their names. */
export const otherMark = '@';

/** Each contender beside its other build, where there is at least one round that is void of neither. */
export function compared(measured: readonly Measured[]): Comparison[] {
  const others = new Map(
    measured.flatMap((each) => {
      const [name, other] = each.name.split(otherMark);
      return other === undefined ? [] : [[name, each] as const];
    }),
  );
  return measured.flatMap((each) => {
    const other = others.get(each.name);
    if (other === undefined) return [];
    const cpu = ratio(each, other, 'cpuUs');
    const rps = ratio(each, other, 'rps');
    return cpu === null || rps === null ? [] : [{ name: each.name, cpu, rps }];
  });
}

function ratio(one: Measured, other: Measured, figure: keyof Round): Ratio | null {
  const ratios = one.rounds.flatMap((round, at) => {
    const beside = other.rounds[at];
    return round && beside ? [round[figure] / beside[figure]] : [];
  });
  if (ratios.length === 0) return null;
  const least = Math.min(...ratios);
  const most = Math.max(...ratios);
  return {
    median: median(ratios),
    least,
    most,
    isChange: ratios.length >= roundsThatTell && (least > 1 || most < 1),
    rounds: ratios.length,
  };
}

export function comparisonRows(comparisons: readonly Comparison[], other: string): string[][] {
  const cells = ({ median: middle, least, most, isChange }: Ratio, better: 'less' | 'more') => [
    `× ${middle.toFixed(3)}`,
    `${least.toFixed(3)} … ${most.toFixed(3)}`,
    !isChange ? 'within the noise' : middle < 1 === (better === 'less') ? 'better' : 'worse',
  ];
  return [
    [`beside ${other}`, 'CPU', 'rounds', '', 'calls/s', 'rounds', ''],
    ...comparisons.map(({ name, cpu, rps }) => [name, ...cells(cpu, 'less'), ...cells(rps, 'more')]),
  ];
}
