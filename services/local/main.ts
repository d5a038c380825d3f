import { randomFillSync } from 'node:crypto';
import { ConfigError, exitCodeConfig } from '@trackline/adapters/environment/environment';
import { systemClock } from '@trackline/domain/clock';
import { readConfig, usage } from './config.ts';
import { readyMessage } from './ready-message.ts';
import { Refusal } from './refusal.ts';
import { type Stack, startStack } from './stack.ts';

/** The stack as a process: options, what it says, signals, and its end. */

/**
 * A terminal sends Ctrl-C to npm and to us, and npm passes it on: what comes again within this time is the
 * same signal.
 */
const sameSignalMs = 1_000;

const say = (line: string) => process.stdout.write(`${line}\n`);

// What can't be told, since the terminal is closed or the pipe's reader has gone, must not keep us from
// ending.
for (const output of [process.stdout, process.stderr]) output.on('error', () => {});

async function main(): Promise<void> {
  const config = readConfig(process.argv.slice(2));
  if (config === null) {
    process.stdout.write(usage);
    return;
  }
  const fromMs = systemClock.monotonicMs();
  let signalledMs: number | null = null;
  let stack: Stack | null = null;

  const end = async (): Promise<void> => {
    if (stack === null) {
      say('\nStopping, once it has started. Ctrl-C again ends it at once.');
      return;
    }
    say('\nStopping: the trackers drain, then the stream is read to its end. Ctrl-C again ends it at once.');
    const troubles = await stack.stop();
    for (const trouble of troubles) say(`  ${trouble}`);
    say('Stopped.');
    process.exit(0);
  };
  const onSignal = (signal: NodeJS.Signals) => {
    const nowMs = systemClock.monotonicMs();
    if (signalledMs === null) {
      signalledMs = nowMs;
      void end();
    } else if (nowMs - signalledMs > sameSignalMs && signal !== 'SIGHUP') {
      process.exit(130);
    }
  };
  // SIGHUP: the terminal is closed. Nobody is there any more who could be impatient.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);

  say('Starting Trackline …');
  stack = await startStack(config, {
    clock: systemClock,
    random: Math.random,
    randomBytes: randomFillSync,
    say,
  });
  // Somebody may have changed their mind while it started.
  if (signalledMs !== null) await end();
  const seconds = (systemClock.monotonicMs() - fromMs) / 1000;
  say(readyMessage(stack.file, stack.parts, seconds, config.state));
}

main().catch((error: Error) => {
  const isExpected = error instanceof ConfigError || error instanceof Refusal;
  process.stderr.write(`${isExpected ? error.message : error.stack}\n`);
  process.exit(error instanceof ConfigError ? exitCodeConfig : error instanceof Refusal ? error.exitCode : 1);
});
