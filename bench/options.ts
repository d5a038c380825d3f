import { parseArgs } from 'node:util';
import { roundsThatTell } from './against/compare.ts';
import { contenderNames, trackerNames } from './contenders/roster.ts';
import { sections } from './sections.ts';

const groups = ['pixel', 'click', 'transaction'];
const sectionNames = sections.map(({ name }) => name);

const longNames = sections.filter(({ isWhole }) => isWhole).map(({ name }) => name);

export const usage = `Usage: npm run bench -- [options]

Measures the tracker beside bare node:http, an empty route of Fastify, and nginx where it is installed, in one run, and
what it costs and how it behaves under load. Needs Linux; a machine that does nothing else; and for figures to quote,
the Node that production runs (24).

  --quick          three short rounds in place of five, and all else short: two minutes at most; leaves out what
                   takes long (${longNames.join(', ')}) where --only does not name it
  --only NAMES     comma-separated: ${[...groups, ...sectionNames].join(', ')};
                   or contenders: ${contenderNames.filter((_, at) => at < 5).join(', ')}, …
                   What they are compared with is measured, too.
  --rounds N       how many rounds (default 5, 3 with --quick; with --against 9, 5 with --quick)
  --round-ms N     how long a round is (default 3000; 800 with --quick)
  --tree DIR       measures the tracker of another working tree
  --against REV    measures it beside the tracker of a revision, or of the working tree in a folder, and tells what
                   is change and what is noise
  --profile        one round of each tracker of --only (default pixel.memory) under V8's profiler
  --out FILE       where the figures go (default .local/bench/latest.json; with --only or --against partial.json
                   beside it)
  --markdown       prints the table of docs/performance.md from the figures of the last run, and measures nothing
  --help           this

Ends with 0, also where a goal is missed; 1 where something could not be measured; 64 on wrong options.
`;

export interface Options {
  readonly quick: boolean;
  /** Empty: all. */
  readonly only: readonly string[];
  readonly rounds: number;
  readonly roundMs: number;
  /** null: this one. */
  readonly tree: string | null;
  readonly against: string | null;
  readonly profile: boolean;
  readonly markdown: boolean;
  /** null: where it belongs. */
  readonly out: string | null;
}

/** What can't be done as it was asked for; the message is for a person. */
export class BadOptions extends Error {}

/**
 * @returns null where help was asked for
 * @throws BadOptions naming all that is wrong
 */
export function readOptions(args: readonly string[]): Options | null {
  const values = parsed(args);
  if (values.help) return null;
  const problems: string[] = [];
  const only = (values.only ?? '').split(',').filter((name) => name !== '');
  const names = [...groups, ...sectionNames, ...contenderNames];
  const strange = only.filter((name) => !names.includes(name));
  if (strange.length > 0)
    problems.push(`--only knows no ${strange.join(', ')}; there are ${names.join(', ')}`);
  const number = (name: string, text: string | undefined, usual: number, [min, max]: [number, number]) => {
    const value = Number(text ?? usual);
    if (!Number.isInteger(value) || value < min || value > max) {
      problems.push(`--${name} takes a whole number from ${min} to ${max}`);
    }
    return value;
  };
  const rounds = number('rounds', values.rounds, usualRounds(values), [1, 100]);
  const roundMs = number('round-ms', values['round-ms'], values.quick ? 800 : 3_000, [50, 60_000]);
  if (values.profile && values.against !== undefined)
    problems.push('--profile and --against go one at a time');
  if (problems.length > 0)
    throw new BadOptions(`${problems.join('\n')}\nnpm run bench -- --help tells all options`);
  return {
    quick: values.quick ?? false,
    only,
    rounds,
    roundMs,
    tree: values.tree ?? null,
    against: values.against ?? null,
    profile: values.profile ?? false,
    markdown: values.markdown ?? false,
    out: values.out ?? null,
  };
}

/** To tell change from noise takes more. */
function usualRounds({ quick = false, against }: { quick?: boolean; against?: string }): number {
  if (against !== undefined) return quick ? roundsThatTell : 9;
  return quick ? 3 : 5;
}

/** Whether a contender, a kind of call or a section is to be measured. */
export function isWanted({ only }: Pick<Options, 'only'>, name: string): boolean {
  const [group] = name.split('.');
  return (
    only.length === 0 || only.some((each) => each === name || each === group || each.startsWith(`${name}.`))
  );
}

/** The trackers to profile. */
export function profiled(options: Pick<Options, 'only'>): readonly string[] {
  return options.only.length === 0
    ? ['pixel.memory']
    : trackerNames.filter((name) => isWanted(options, name));
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        quick: { type: 'boolean' },
        only: { type: 'string' },
        rounds: { type: 'string' },
        'round-ms': { type: 'string' },
        tree: { type: 'string' },
        against: { type: 'string' },
        profile: { type: 'boolean' },
        markdown: { type: 'boolean' },
        out: { type: 'string' },
        help: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    throw new BadOptions(`${(error as Error).message}\nnpm run bench -- --help tells all options`);
  }
}
