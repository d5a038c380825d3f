import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StackFile } from '@trackline/local/stack-file';
import { ranAgainst } from './real-parts.ts';
import { until } from './until.ts';

export const repositoryRoot = join(import.meta.dirname, '..', '..');

export interface RunningStack {
  readonly file: StackFile;
  /** Everything that it printed so far. */
  output(): string;
  /** `npx trackline …` against this stack. */
  trackline(...args: string[]): Promise<Finished>;
  /** Ends it as Ctrl-C does. */
  stop(): Promise<Finished>;
  /** Ends it as nobody should. */
  kill(): Promise<Finished>;
}

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder for a stack's state, which outlives the stack, with what removes it. */
export function stateFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'trackline-stack-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/**
 * Starts the embedded stack as `npm start` does after its set-up, on free ports, and resolves when it is
 * ready.
 *
 * @param state the folder of its state
 * @param args options of `npm start`
 */
export async function startStack(state: string, args: readonly string[] = []): Promise<RunningStack> {
  const stack = run(['--import', 'tsx', 'services/local/main.ts', '--state', state, ...args], {
    TRACKLINE_PORT: '0',
    TRACKLINE_ADMIN_PORT: '0',
  });
  const file = join(state, 'stack.json');
  try {
    await until(
      'the stack to be ready',
      () => {
        if (stack.child.exitCode !== null)
          throw new Error(`The stack ended:\n${stack.stdout()}${stack.stderr()}`);
        return existsSync(file) && /ready/i.test(stack.stdout());
      },
      90_000,
    );
  } catch (error) {
    stack.child.kill('SIGKILL');
    throw error;
  }
  for (const part of /embedded +(.*)/.exec(stack.stdout())?.[1]?.split(', ') ?? []) ranAgainst(part);
  return {
    file: JSON.parse(readFileSync(file, 'utf8')) as StackFile,
    output: () => stack.stdout() + stack.stderr(),
    trackline: (...words) => run(['services/cli/bin/trackline.mjs', '--stack', file, ...words], {}).finished,
    stop: () => {
      stack.child.kill('SIGINT');
      return stack.finished;
    },
    kill: () => {
      stack.child.kill('SIGKILL');
      return stack.finished;
    },
  };
}

/**
 * This process's environment without what would point a stack or the command line at a system of somebody's:
 * tests have their own.
 */
export function ownEnvironment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env);
  return Object.fromEntries(
    entries.filter(([name]) => !name.startsWith('TRACKLINE_') && name !== 'REDIS_URL'),
  );
}

function run(args: readonly string[], environment: Record<string, string>) {
  const child: ChildProcess = spawn(process.execPath, args, {
    cwd: repositoryRoot,
    env: { ...ownEnvironment(), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const chunks = { stdout: '', stderr: '' };
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    chunks.stdout += text;
  });
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    chunks.stderr += text;
  });
  const finished = new Promise<Finished>((resolve) => {
    child.on('close', (code) => resolve({ code, ...chunks }));
  });
  return { child, finished, stdout: () => chunks.stdout, stderr: () => chunks.stderr };
}
