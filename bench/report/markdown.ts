import type { MachineFigures } from '../machine/machine.ts';
import { type HalfLoadFigures, halfLoadText } from '../open-loop/half-load.ts';
import type { LoadFigures } from '../open-loop/overload.ts';
import { asContenders } from './figures.ts';
import { boundText, judged, plainNumber } from './goals.ts';
import { contenderRows } from './table.ts';

/** What a run wrote, as far as it is needed here. */
export interface RunFigures {
  readonly date: string;
  readonly revision: string;
  readonly quick: boolean;
  readonly rounds: number;
  readonly machine: MachineFigures;
  readonly sync?: { readonly fileSystem: string; readonly p50Us: number; readonly p99Us: number };
  readonly openLoop?: Readonly<Record<string, HalfLoadFigures>>;
  readonly f26?: { readonly capacityRps: number; readonly curve: readonly LoadFigures[] };
}

/** The dated tables of docs/performance.md, from the figures of a run. */
export function markdown(figures: RunFigures): string {
  return [
    heading(figures),
    goalTable(figures),
    contenderTable(figures),
    halfLoads(figures),
    overloadTable(figures),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function heading({ date, revision, quick, rounds, machine, sync }: RunFigures): string {
  const { cpu, cores, memoryGb, kernel, node, serverCore } = machine;
  const pinned = serverCore === null ? 'nothing pinned' : 'the server has one of them for itself';
  const disk =
    sync === undefined
      ? ''
      : `
- ${sync.fileSystem}: \`fdatasync\` p50 ${plainNumber(sync.p50Us)} µs, p99 ${plainNumber(sync.p99Us)} µs`;
  return `### ${date.slice(0, 10)}, Node ${node}, revision ${revision}

- ${cpu}, ${cores} cores (${pinned}), ${memoryGb} GB, Linux ${kernel}${disk}
- medians of ${rounds} rounds${quick ? ', quick' : ''}`;
}

function goalTable(figures: RunFigures): string {
  const rows = judged(figures).map((goal) => [
    goal.what,
    `\`${goal.figure}\``,
    plainNumber(goal.value),
    `${goal.kind} ${boundText(goal)}`,
    goal.holds ? 'holds' : '**misses**',
  ]);
  return rows.length === 0 ? '' : table([['', 'figure', 'measured', 'goal', ''], ...rows]);
}

function contenderTable(figures: RunFigures): string {
  const contenders = asContenders(figures);
  return Object.keys(contenders).length === 0 ? '' : table(contenderRows(contenders));
}

function halfLoads({ openLoop = {} }: RunFigures): string {
  return Object.entries(openLoop)
    .map(([mode, figures]) => {
      const { offeredRps } = figures;
      return `- \`${mode}\`, open loop at half of capacity, ${plainNumber(offeredRps)} calls/s: ${halfLoadText(figures)}`;
    })
    .join('\n');
}

function overloadTable({ f26 }: RunFigures): string {
  if (f26 === undefined) return '';
  const rows = f26.curve.map(({ load, acceptedP50Ms, acceptedP99Ms, ...rates }) => [
    `${load} × ${plainNumber(f26.capacityRps)}/s`,
    plainNumber(rates.offeredRps),
    plainNumber(rates.goodputRps),
    plainNumber(rates.shedRps),
    `${plainNumber(acceptedP50Ms)} / ${plainNumber(acceptedP99Ms)}`,
    String(rates.failed),
  ]);
  return table([['load', 'offered/s', 'accepted/s', 'shed/s', 'accepted p50 / p99 ms', 'failed'], ...rows]);
}

function table([head, ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head!), `|${head!.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}
