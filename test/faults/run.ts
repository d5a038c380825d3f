import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { quietSdk } from '@trackline/adapters/environment/environment';
import { loadFaults } from './harness/fault-programs.ts';
import { markdownReport, plainTable } from './harness/report.ts';
import { type FaultReport, runFault } from './harness/run-fault.ts';

const usage = `Usage: npm run test:faults [-- [F1 F8 …] [options]]

Injects faults into the real system on this machine, one after the other, and shows what came of it. All of
them, or those that are named.

  --short        the short form: the same faults, fewer or for a shorter time
  --seed N       decides all chance (default: another one each time, which is told)
  --report FILE  writes the table into a file, as Markdown
  --help         this

Exits with 1 where anything did not hold, or could not be run.
`;

const exitCodes = { held: 0, violated: 1, usage: 2 };

process.exit(await main(process.argv.slice(2)));

async function main(args: readonly string[]): Promise<number> {
  quietSdk(process.env);
  let read: ReturnType<typeof readArguments>;
  try {
    read = readArguments(args);
    if (read.help) {
      say(usage.trimEnd());
      return exitCodes.held;
    }
    const { ids, short, seed, report } = read;
    const faults = await loadFaults(ids);
    const reports: FaultReport[] = [];
    const left = faults.filter(({ missing = null }) => missing !== null);
    for (const { id, missing } of left) say(`${id} IS NOT RUN: ${missing}`);
    for (const fault of faults.filter((each) => !left.includes(each))) {
      say(`${fault.id}: ${fault.injects}`);
      const fromMs = performance.now();
      const since = () => `${((performance.now() - fromMs) / 1_000).toFixed(0)} s`.padStart(6);
      reports.push(
        await runFault(fault, { short, seed, say: (line) => say(`${fault.id} ${since()}  ${line}`) }),
      );
      for (const violation of reports.at(-1)!.result.violations) say(`${fault.id} VIOLATED: ${violation}`);
    }
    const how = `${short ? 'the short form' : 'the long form'}, seed ${seed}`;
    say(`\n${plainTable(reports)}\n\n${how[0]!.toUpperCase()}${how.slice(1)}.`);
    if (report !== undefined) writeFileSync(report, markdownReport(reports, how, new Date()));
    return left.length === 0 && reports.every(({ holds }) => holds) ? exitCodes.held : exitCodes.violated;
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    return exitCodes.usage;
  }
}

/** @throws Error in words, where they are not as `usage` has them */
function readArguments(args: readonly string[]) {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      short: { type: 'boolean', default: false },
      seed: { type: 'string' },
      report: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 32) : Number(values.seed);
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32 || values.seed === '') {
    throw new Error('--seed takes a whole number from 0 to 4294967295.');
  }
  return { ids: positionals, short: values.short, help: values.help, report: values.report, seed };
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
