import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { quietSdk } from '@trackline/adapters/environment/environment';
import { holds } from './audit/reckon.ts';
import { aboutMachine } from './report/about-machine.ts';
import { loadReport } from './report/load-report.ts';
import { summary } from './report/summary.ts';
import { runLoad } from './run-load.ts';
import { type LoadSettings, readSettings, SettingsError, usage } from './settings.ts';
import { Terminal } from './terminal.ts';

/** The load harness as a command: options, what it says, signals, the report, and its end. */

const exitCodes = { held: 0, failed: 1, usage: 2, notRun: 3, interrupted: 130 };
/** npm passes on a Ctrl-C that a terminal has sent to us already: within this time it is the same. */
const sameSignalMs = 1_000;

process.exit(await main(process.argv.slice(2)));

async function main(args: readonly string[]): Promise<number> {
  quietSdk(process.env);
  let settings: LoadSettings | null;
  try {
    settings = readSettings(args, Math.random);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    process.stderr.write(`${error.message}\nnpm run loadtest -- --help tells all options.\n`);
    return exitCodes.usage;
  }
  if (settings === null) {
    process.stdout.write(usage);
    return exitCodes.held;
  }
  const terminal = new Terminal(process.stderr);
  try {
    return await load(settings, terminal);
  } catch (error) {
    terminal.say((error as Error).message);
    return exitCodes.notRun;
  } finally {
    terminal.done();
  }
}

async function load(settings: LoadSettings, terminal: Terminal): Promise<number> {
  const { scenario, rate, durationMs, seed } = settings;
  const say = (line: string) => terminal.say(line);
  say(`${scenario.name}: ${rate} calls/s for ${durationMs / 1_000} s, seed ${seed}`);
  const outcome = await runLoad(settings, {
    signal: endedByHand(say),
    say,
    progress: (line) => terminal.progress(line),
  });
  terminal.done();
  process.stdout.write(`${summary(outcome)}\n`);
  mkdirSync(dirname(settings.report), { recursive: true });
  writeFileSync(settings.report, loadReport(outcome, aboutMachine()));
  process.stdout.write(`\nReport: ${settings.report}\n`);
  return outcome.findings === null || holds(outcome.findings) ? exitCodes.held : exitCodes.failed;
}

/** Ctrl-C ends the load; a second one, all of it. */
function endedByHand(say: (line: string) => void): AbortSignal {
  const end = new AbortController();
  let firstMs: number | null = null;
  const onSignal = () => {
    const nowMs = performance.now();
    if (firstMs === null) {
      firstMs = nowMs;
      say('Ending; what there was so far is audited and reported. Ctrl-C again ends it at once.');
      end.abort();
    } else if (nowMs - firstMs > sameSignalMs) process.exit(exitCodes.interrupted);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, onSignal);
  return end.signal;
}
