import { ProgramStoreError } from '@trackline/adapters/program-store/program-store';

/** What the process tells its caller by its exit code. 78 is EX_CONFIG of sysexits.h. */
export const exitCodes = Object.freeze({ done: 0, failed: 1, usage: 2, config: 78 });

/** A command could not do what it was asked: one line that says why and the way out, and details below it. */
export class Failure extends Error {
  readonly exitCode: number;
  /** One line each, for what a single line can't hold. */
  readonly details: readonly string[];

  constructor(message: string, options: { exitCode?: number; details?: readonly string[] } = {}) {
    super(message);
    this.name = 'Failure';
    this.exitCode = options.exitCode ?? exitCodes.failed;
    this.details = options.details ?? [];
  }
}

/** What the errors of clients have to tell; each client tells it in another of these places. */
interface ClientError extends Error {
  readonly code?: unknown;
  readonly errors?: readonly Error[];
  readonly problems?: readonly string[];
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/**
 * Any error as a failure in words: cause and way out, whichever part of the system it comes from.
 *
 * @param source where the addresses and names were found: a stack file, or the environment
 */
export function asFailure(error: unknown, source: string): Failure {
  if (error instanceof Failure) return error;
  if (!(error instanceof Error))
    return new Failure(`Something was thrown that is no error: ${String(error)}`);
  const { name, code, errors, problems, $metadata } = error as ClientError;
  // A connection tried on several addresses fails with an error for each, and no words of its own.
  const words = error.message || errors?.[0]?.message || name;
  if (problems) return new Failure(`${source}: ${problems.join('; ')}`, { exitCode: exitCodes.config });
  if (/^(ECONNREFUSED|ECONNRESET|ENOTFOUND|EHOSTUNREACH|ETIMEDOUT|EPIPE)$/.test(String(code))) {
    return new Failure(
      `Nothing answers (${words}). Is the stack running that ${source} names? "npm start" starts it.`,
    );
  }
  if (error instanceof ProgramStoreError) {
    return new Failure(`Redis can't be asked (${words}). Is everything running that ${source} names?`);
  }
  if (/timed? ?out/i.test(`${name} ${words}`)) {
    return new Failure(`No answer in time (${words}). Is everything running that ${source} names?`);
  }
  if (name === 'ResourceNotFoundException') {
    return new Failure(`A table or stream that ${source} names is not there (${words}).`);
  }
  if (/Credential|AccessDenied|UnrecognizedClient|ExpiredToken|InvalidSignature/.test(name)) {
    return new Failure(`AWS refuses the call or has no credentials for it (${name}: ${words}).`);
  }
  if ($metadata) return new Failure(`${name}: ${words}`);
  return new Failure(`${name === 'Error' ? 'Failed' : name}: ${words}`);
}
