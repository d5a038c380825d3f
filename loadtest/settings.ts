import { parseArgs } from 'node:util';
import { loopbackOf } from './engine/open-loop.ts';
import type { Scenario } from './scenarios/scenario.ts';
import { scenarios } from './scenarios/scenarios.ts';

const presets = {
  scenario: 'steady',
  rate: 500,
  duration: 10,
  'warm-up': 2,
  programs: 1_000,
  trackers: 1,
  connections: 512,
  timeout: 10,
  report: '.local/loadtest/report.html',
} as const;

/** What a load may be at most; the rest is for the machine to show. */
const bounds = { rate: 100_000, seconds: 3_600, calls: 20_000_000 };

export const usage = `Usage: npm run loadtest [-- options]

Sends calls to a tracker as the web does, when they are due and not when it is ready for them; shows how it
fares; and proves that what the callers were told is what the ledger and the tables have. Without --url it
starts an embedded stack of its own, and ends it again. Load goes to loopback only.

  --scenario NAME    what the load is like (default ${presets.scenario}):
${scenarios.map(({ name, tells }) => `                       ${name.padEnd(8)} ${tells}`).join('\n')}
  --rate R           calls a second (default ${presets.rate}, at most ${bounds.rate})
  --duration D       seconds (default ${presets.duration}, at most ${bounds.seconds})
  --warm-up S        seconds before, at the first rate, which are audited but not measured (default ${presets['warm-up']})
  --seed N           decides all chance (default: another each time, which is told)
  --even             evenly spaced calls; else they come as independent callers do (Poisson)
  --url U            the public port of a tracker that runs already, as http://127.0.0.1:8080
  --stack FILE       the stack of --url, for the audit and the curves (default .local/stack.json)
  --program A,B,…    the programs to call, with --url (default: all that its stack has)
  --programs N       how many programs the own stack has (default ${presets.programs})
  --trackers N       how many trackers the own stack has (default ${presets.trackers})
  --connections N    at most so many connections; beyond, calls wait (default ${presets.connections})
  --timeout S        how long a caller waits (default ${presets.timeout})
  --profile          profiles the own stack's trackers, and puts a flame graph into the report
  --report FILE      the report, one HTML file (default ${presets.report})
  --help             this

The own stack's trackers take their settings from the environment (TRACKLINE_…). Ctrl-C ends the load, and
audits and reports what there was so far.

Exits with 0 where the audit holds, 1 where it does not, 2 where the options are wrong, 3 where it could not run.
`;

export interface LoadSettings {
  readonly scenario: Scenario;
  readonly rate: number;
  readonly durationMs: number;
  readonly warmUpMs: number;
  readonly seed: number;
  readonly isEven: boolean;
  /** Null: a stack of its own. */
  readonly url: string | null;
  /** The stack of `url`; null: look where `npm start` leaves it. */
  readonly stackFile: string | null;
  readonly programIds: readonly string[] | null;
  readonly programs: number;
  readonly trackers: number;
  readonly connections: number;
  readonly timeoutMs: number;
  readonly profile: boolean;
  readonly report: string;
}

/** What is wrong with the options, each in a line. */
export class SettingsError extends Error {}

/**
 * @returns null where help was asked for
 * @throws SettingsError
 */
export function readSettings(args: readonly string[], random: () => number): LoadSettings | null {
  const options = parse(args);
  if (options.help) return null;
  const problems: string[] = [];
  const number = (name: keyof typeof options, preset: number, min: number, max: number, isWhole = true) => {
    const text = options[name] as string | undefined;
    const value = text === undefined ? preset : Number(text);
    if (text === '' || !(value >= min && value <= max) || (isWhole && !Number.isInteger(value))) {
      problems.push(`--${name} takes a ${isWhole ? 'whole ' : ''}number from ${min} to ${max}`);
    }
    return value;
  };
  const name = options.scenario ?? presets.scenario;
  const scenario = scenarios.find((each) => each.name === name);
  if (!scenario) problems.push(`--scenario takes ${scenarios.map((each) => each.name).join(', ')}`);
  const url = options.url ?? null;
  try {
    if (url !== null) loopbackOf(url);
  } catch (error) {
    problems.push(error instanceof TypeError ? '--url takes a URL' : `--url: ${(error as Error).message}`);
  }
  const onlyWithout = (['programs', 'trackers', 'profile'] as const).filter((each) => options[each]);
  if (url !== null && onlyWithout.length > 0) {
    problems.push(`--${onlyWithout.join(', --')}: for the own stack only, without --url`);
  }
  if (url !== null && scenario?.interferences)
    problems.push(`the scenario ${name} is for the own stack only, without --url`);
  const onlyWith = (['stack', 'program'] as const).filter((each) => options[each] !== undefined);
  if (url === null && onlyWith.length > 0) problems.push(`--${onlyWith.join(', --')}: with --url only`);
  const settings = {
    scenario: scenario!,
    rate: number('rate', presets.rate, 0.1, bounds.rate, false),
    durationMs: 1_000 * number('duration', presets.duration, 1, bounds.seconds, false),
    warmUpMs: 1_000 * number('warm-up', presets['warm-up'], 0, 60, false),
    seed: number('seed', Math.floor(random() * 2 ** 32), 0, 2 ** 32 - 1),
    isEven: options.even,
    url,
    stackFile: options.stack ?? null,
    programIds: options.program?.split(',') ?? null,
    programs: number('programs', presets.programs, 1, 100_000),
    trackers: number('trackers', presets.trackers, 1, 16),
    connections: number('connections', presets.connections, 1, 10_000),
    timeoutMs: 1_000 * number('timeout', presets.timeout, 0.1, 120, false),
    profile: options.profile,
    report: options.report ?? presets.report,
  };
  if ((settings.rate * settings.durationMs) / 1_000 > bounds.calls) {
    problems.push(`--rate times --duration is more than ${bounds.calls} calls`);
  }
  if (problems.length > 0) throw new SettingsError(problems.join('\n'));
  return settings;
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        scenario: text,
        rate: text,
        duration: text,
        'warm-up': text,
        seed: text,
        even: flag,
        url: text,
        stack: text,
        program: text,
        programs: text,
        trackers: text,
        connections: text,
        timeout: text,
        profile: flag,
        report: text,
        help: flag,
      },
    }).values;
  } catch (error) {
    throw new SettingsError((error as Error).message);
  }
}
