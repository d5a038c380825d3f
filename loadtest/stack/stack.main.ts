import { randomFillSync } from 'node:crypto';
import { systemClock } from '@trackline/domain/clock';
import { readConfig } from '@trackline/local/config';
import { type Stack, startStack } from '@trackline/local/stack';
import { startTcpProxy, type TcpProxy } from '../../test/helpers/tcp-proxy.ts';
import type { StackCommand, StackOrder, StackWord } from './stack-messages.ts';

/**
 * The embedded stack as a load has it, in a process of its own: the one of `npm start`, with a proxy between
 * the trackers and Kinesis. It ends when whoever started it tells it to, or is gone.
 */

const order = JSON.parse(process.argv[2]!) as StackOrder;
const tell = (word: StackWord) => process.connected && process.send?.(word);

/** A person's shell may point these elsewhere; the others are settings of the trackers, and to be tried. */
const { REDIS_URL: _, TRACKLINE_SPOOL_DIR: __, ...environment } = process.env;

let proxy: TcpProxy | null = null;
let stack: Stack | null = null;
let isStopping = false;

// Ctrl-C reaches all of a terminal's processes; only who started this one decides when it ends.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
process.on('disconnect', () => void stop());
process.on('message', (command: StackCommand) => {
  if (command === 'stop') void stop();
  else if (command === 'heal') void proxy?.heal();
  else {
    proxy?.refuse();
    proxy?.reset();
  }
});

start().catch((error: Error) => {
  tell({ kind: 'failed', message: error.message });
  process.exit(1);
});

async function start(): Promise<void> {
  const { state, programs, trackers, profiles } = order;
  const options = ['--state', state, '--programs', programs, '--trackers', String(trackers)];
  const config = readConfig(options, {
    // So that the ledger need not be waited for.
    TRACKLINE_STATEMENT_EVERY_MS: '500',
    ...environment,
    TRACKLINE_PORT: '0',
    TRACKLINE_ADMIN_PORT: '0',
  })!;
  const trackerEnvironment = { ...config.trackerEnvironment, ...(profiles !== null && profiled(profiles)) };
  const started = await startStack(
    { ...config, trackerEnvironment },
    {
      clock: systemClock,
      random: Math.random,
      randomBytes: randomFillSync,
      say: (line) => tell({ kind: 'says', line }),
      async kinesisForTrackers(endpoint) {
        proxy = await startTcpProxy(Number(new URL(endpoint).port));
        return `http://127.0.0.1:${proxy.port}`;
      },
    },
  );
  stack = started;
  if (isStopping) return end(started);
  tell({ kind: 'ready', file: started.file, parts: started.parts.map(({ label }) => label) });
}

async function stop(): Promise<void> {
  if (isStopping) return;
  isStopping = true;
  // One that is starting is ended once it has started.
  if (stack !== null) await end(stack);
}

async function end(running: Stack): Promise<void> {
  await proxy?.heal();
  for (const trouble of await running.stop()) tell({ kind: 'says', line: trouble });
  await proxy?.close();
  process.exit(0);
}

function profiled(folder: string): Record<string, string> {
  const profiler = new URL('./profiler.mjs', import.meta.url).href;
  return { NODE_OPTIONS: `--import ${profiler}`, LOADTEST_PROFILES: folder };
}
