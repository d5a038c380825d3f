import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** Which core is for what. */
export interface Pinning {
  /** The core of the server under test, as `taskset` takes it; null where nothing can be pinned. */
  readonly server: string | null;
  /** The cores of all others: clients, Redis, Kinesis, and this process. */
  readonly others: string | null;
}

/**
 * Keeps this process, and so all that it starts, off one core, which is the server's. Only where `taskset` and
 * two cores are.
 */
export function pinOthers(): Pinning {
  const cores = availableParallelism();
  if (cores < 2) return { server: null, others: null };
  const server = String(cores - 1);
  const others = cores === 2 ? '0' : `0-${cores - 2}`;
  try {
    pinSelf(others);
    return { server, others };
  } catch {
    return { server: null, others: null };
  }
}

/** Lets what `body` starts run on all cores: where no one server is measured, but what many parts do together. */
export async function onAllCores<T>({ server, others }: Pinning, body: () => Promise<T>): Promise<T> {
  if (server === null || others === null) return body();
  pinSelf(`0-${server}`);
  try {
    return await body();
  } finally {
    pinSelf(others);
  }
}

/** @param cores as `taskset` takes them */
function pinSelf(cores: string): void {
  execFileSync('taskset', ['-a', '-c', '-p', cores, String(process.pid)], { stdio: 'ignore' });
}

/** The command that runs a program on the server's core. */
export function onServerCore({ server }: Pinning, command: readonly string[]): [string, ...string[]] {
  const [program, ...args] = command;
  return server === null ? [program!, ...args] : ['taskset', '-c', server, ...command];
}
