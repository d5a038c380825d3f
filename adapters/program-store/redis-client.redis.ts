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
  /** Told of the connection's errors, which no command reports. */
  readonly onConnectionError?: (error: Error) => void;
}

/**
 * A connection for commands, that reconnects by itself.
 *
 * @param waitsForConnection whether a command may wait, within its time-out, for a connection that is not up
 *   yet. A Lambda's first command must, and its caller sends one after the other; a tracker must not, since
 *   its commands are as many as its callers.
 */
export function connectRedis(
  { url, onConnectionError }: RedisTarget,
  { waitsForConnection }: { readonly waitsForConnection: boolean },
): Redis {
  const redis = new Redis(url, {
    ...sharedOptions,
    enableOfflineQueue: waitsForConnection,
    retryStrategy: reconnectDelayMs,
  });
  redis.on('error', (error: Error) => onConnectionError?.(error));
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
export function answered<T>({ commandTimeoutMs }: RedisTarget, answer: Promise<T>): Promise<T> {
  return answerWithin(commandTimeoutMs, 'A command', answer).catch((error: Error) => {
    throw new ProgramStoreError(codeOf(error), error);
  });
}

function codeOf(error: NodeJS.ErrnoException): string {
  return /^-?([A-Z]{3,})\b/.exec(error.message)?.[1] ?? error.code ?? 'UNAVAILABLE';
}
