import { Redis, type RedisOptions } from 'ioredis';
import { answerWithin } from './answer-within.ts';
import { ProgramStoreError } from './program-store.ts';

/**
 * What all our connections to Redis have in common. Nothing waits in a queue without a bound: a command on a
 * connection that is down fails at once; the caller knows what to do, and the client does not. How long an
 * answer may take is the caller's to bound (answer-within.ts).
 */
export const sharedOptions = {
  // RESP2 suffices, and every server speaks it.
  protocol: 2,
  enableOfflineQueue: false,
  autoResubscribe: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  connectTimeout: 1_000,
  // A socket on which nothing comes back for so long, while something is asked, is dropped and built anew.
  socketTimeout: 2_000,
} as const satisfies RedisOptions;

/** Reconnects after 50 ms to 1 s, jittered so that a fleet does not come back all at once. */
export function reconnectDelayMs(attempt: number): number {
  return (0.5 + Math.random() / 2) * Math.min(1_000, 100 * attempt);
}

export interface RedisTarget {
  readonly url: string;
  /** A command that is not answered by then has failed. */
  readonly commandTimeoutMs: number;
}

/** Why a target's connection is down: no command reports that. */
const connectionErrors = new WeakMap<RedisTarget, Error>();

/**
 * A connection for commands, that reconnects by itself.
 *
 * @param waitsForConnection whether a command may wait, within its time-out, for a connection that is not up
 *   yet. A Lambda's first command must, and its caller sends one after the other; a tracker must not, since
 *   its commands are as many as its callers.
 */
export function connectRedis(
  target: RedisTarget,
  { waitsForConnection }: { readonly waitsForConnection: boolean },
): Redis {
  const redis = new Redis(target.url, {
    ...sharedOptions,
    enableOfflineQueue: waitsForConnection,
    retryStrategy: reconnectDelayMs,
  });
  redis.on('error', (error: Error) => connectionErrors.set(target, error));
  redis.on('ready', () => connectionErrors.delete(target));
  return redis;
}

/**
 * Ends a connection without waiting for a server that may not answer. There is no QUIT: whoever closes has
 * heard the answers that it wanted, and a server takes the connection's end for the same.
 */
export async function disconnect(redis: Redis): Promise<void> {
  redis.disconnect();
}

/**
 * Rejects with a ProgramStoreError where `answer` does not come within the command time-out, or is an error.
 */
export function answered<T>(target: RedisTarget, answer: Promise<T>): Promise<T> {
  return answerWithin(target.commandTimeoutMs, 'A command', answer).catch((error: Error) => {
    const cause = connectionErrors.get(target);
    if (isOfClient(error)) throw notConnected(cause ?? new Error('the connection was closed'));
    if (isTimeout(error) && cause) throw notConnected(cause);
    throw new ProgramStoreError(codeOf(error), error);
  });
}

/** Whether there was no connection to ask on, of which ioredis tells by the names of its own options. */
function isOfClient({ message }: Error): boolean {
  return /enableOfflineQueue|max retries per request|Connection is closed/.test(message);
}

function isTimeout({ code }: NodeJS.ErrnoException): boolean {
  return code === 'TIMEOUT';
}

/** Says what is wrong with the connection; one that was tried on several addresses has an error for each. */
function notConnected(error: Error & { readonly errors?: readonly Error[] }): ProgramStoreError {
  const message = error.message || (error.errors?.[0]?.message ?? error.name);
  return new ProgramStoreError(codeOf(error), new Error(`not connected: ${message}`, { cause: error }));
}

function codeOf(error: NodeJS.ErrnoException): string {
  return /^-?([A-Z]{3,})\b/.exec(error.message)?.[1] ?? error.code ?? 'UNAVAILABLE';
}
