import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { quietSdk } from '@trackline/adapters/environment/environment';
import { ownEnvironment } from '../../test/helpers/stack.ts';

const programTimeoutMs = 120_000;

/**
 * Runs a program by this very Node, in a process of its own, and gives what it prints: one line of JSON.
 *
 * @throws Error with what it said, where it fails, or is not done after two minutes
 */
export async function runProgram<T>(
  file: string,
  args: readonly string[] = [],
  environment: Readonly<Record<string, string>> = {},
): Promise<T> {
  const env = { ...ownEnvironment(), ...environment };
  quietSdk(env);
  const { stdout } = await promisify(execFile)(process.execPath, [file, ...args], {
    env,
    timeout: programTimeoutMs,
  });
  return JSON.parse(stdout) as T;
}
