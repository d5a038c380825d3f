import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { createServer } from 'node:net';

/**
 * A part that is a program of its own, such as redis-server.
 *
 * It runs in a process group of its own, so that Ctrl-C in a terminal reaches the stack alone, which then
 * ends its parts in order. And it never outlives the stack, even one that was killed: a small shell holds the
 * reading end of a pipe whose writing end is ours, and ends the program when the pipe does. No pid is ever
 * written down.
 */
export interface GuardedProcess {
  /** Resolves with its exit code when it has ended, for whatever cause. */
  readonly ended: Promise<number | null>;
  stop(): Promise<void>;
}

/** How long a program may take to end once it was told to. */
const patienceMs = 10_000;

const guard = `
exec 3<&0
"$@" </dev/null 3<&- &
child=$!
{ read -r _ <&3; kill "$child" 2>/dev/null; } &
watcher=$!
wait "$child"
status=$?
kill "$watcher" 2>/dev/null
exit "$status"
`;

/** Starts a program under the guard; what it prints goes to `logFile`. */
export function startGuarded(command: readonly string[], logFile: string): GuardedProcess {
  const child: ChildProcess = spawn('/bin/sh', ['-c', guard, 'guard', ...command], {
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const log = createWriteStream(logFile);
  // A log that can't be written is no reason to end what it tells of.
  log.on('error', () => {});
  child.stdout!.pipe(log, { end: false });
  child.stderr!.pipe(log, { end: false });
  child.on('error', (error) => log.write(`${error.message}\n`));
  // A pipe whose reader is gone is no news.
  child.stdin!.on('error', () => {});
  const ended = new Promise<number | null>((resolve) => {
    child.on('close', (code) => {
      log.end();
      resolve(code);
    });
  });
  return {
    ended,
    async stop() {
      child.stdin!.end('\n');
      const patience = setTimeout(() => killGroup(child), patienceMs);
      await ended;
      clearTimeout(patience);
    },
  };
}

function killGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // It ended just now.
  }
}

/** A port of loopback that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return (address as { port: number }).port;
}
