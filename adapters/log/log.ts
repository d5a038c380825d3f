import { type DestinationStream, type Logger, pino } from 'pino';
import { harmlessJson } from './harmless.ts';

export type { Logger };

export interface LogOptions {
  /** Who logs: in every line. */
  readonly base: Readonly<Record<string, string>> | null;
  /** Absent: `info`. */
  readonly level?: string;
  /** Where the lines go: a file's path, or somewhere else. Absent: stdout. */
  readonly to?: string | DestinationStream;
}

/**
 * A log: one JSON object a line. pino escapes what JSON has to have escaped; here the rest goes, too, that is harmless
 * to a parser and not to a person's terminal. Of an error, as `err`, only what is ours to choose is told: what clients
 * hang on theirs may be a secret (ioredis: the command that failed, AUTH among them).
 */
export function buildLog({ base, level = 'info', to = '' }: LogOptions): Logger {
  const lines = typeof to === 'string' ? pino.destination(to === '' ? 1 : to) : to;
  return pino(
    { base, level, serializers: { err: errorFields } },
    { write: (line) => lines.write(harmlessJson(line)) },
  );
}

/** What is logged of an error. */
function errorFields(error: unknown): object {
  if (!(error instanceof Error)) return { type: typeof error };
  const { name, message, stack, code } = error as NodeJS.ErrnoException;
  return { type: name, ...(typeof code === 'string' && { code }), message, stack };
}
