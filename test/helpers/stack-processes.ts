import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StackFile } from '@trackline/local/stack-file';

/** What the stack of a state folder says of itself; null where none ever was ready. */
export function stackFileOf(state: string): StackFile | null {
  const file = join(state, 'stack.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as StackFile) : null;
}

/** The processes that have the state folder in their command line, or its Redis in their environment. */
export function processesOf(state: string): { readonly pid: number; readonly command: string }[] {
  const redisUrl = stackFileOf(state)?.redisUrl;
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name) || name === String(process.pid)) return [];
    try {
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ');
      const environment = readFileSync(`/proc/${name}/environ`, 'utf8');
      const isOurs = command.includes(state) || environment.includes(`REDIS_URL=${redisUrl}\0`);
      return isOurs ? [{ pid: Number(name), command }] : [];
    } catch {
      // It has ended, or is another user's.
      return [];
    }
  });
}
