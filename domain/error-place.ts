/** Where something threw, and what kind of thing: enough to find a bug with. */
export interface ErrorPlace {
  readonly type: string;
  /** As Node and Fastify give them: `ERR_INVALID_URL`. */
  readonly code?: string;
  /** The calls that led there, innermost first. */
  readonly at: readonly string[];
}

const frame = /^ {4}at .+:\d+:\d+\)?$/;
const codeName = /^[A-Z][A-Z0-9_]*$/;

/**
 * What may be logged of an error that a call ran into. Its message is left out, and so is whatever hangs on
 * it: they may repeat what the caller said, and who the caller is.
 */
export function placeOf(error: unknown): ErrorPlace {
  if (!(error instanceof Error)) return { type: typeof error, at: [] };
  const { message, stack = '', code } = error as Error & { readonly code?: unknown };
  // The stack begins with the message, which may look like anything.
  const trace = stack.slice(Math.max(0, stack.indexOf(message)) + message.length);
  return {
    type: error.constructor.name,
    ...(typeof code === 'string' && codeName.test(code) && { code }),
    at: trace
      .split('\n')
      .filter((line) => frame.test(line))
      .map((line) => line.trim().slice('at '.length)),
  };
}
