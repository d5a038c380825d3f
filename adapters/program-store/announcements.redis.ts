import { fullJitterMs } from '@trackline/domain/backoff';
import type { Clock, Random, Timer } from '@trackline/domain/clock';
import { freezeProgram } from '@trackline/domain/program';
import { parseUpdate } from '@trackline/proto/core-data-update';
import { Redis } from 'ioredis';
import { answerWithin } from './answer-within.ts';
import {
  type Announcement,
  type AnnouncementLink,
  type AnnouncementListener,
  keys,
} from './program-store.ts';
import { sharedOptions } from './redis-client.redis.ts';

export interface AnnouncementOptions {
  readonly url: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly pingEveryMs: number;
  /** A ping that is not answered by then means that the link is dead, whatever TCP believes. */
  readonly pingTimeoutMs: number;
}

const reconnectBaseMs = 50;
const reconnectMaxMs = 1_000;

/**
 * The subscription's own connection. Each attempt is a new client that never reconnects by itself, so that
 * there is one place that knows whether we are subscribed: a connection is worth nothing until Redis has
 * confirmed the subscription on it.
 */
export function connectAnnouncements(options: AnnouncementOptions): AnnouncementLink {
  const { clock, random, pingEveryMs, pingTimeoutMs } = options;
  // The client bounds TCP's part of a connection, but not the server's first answers on it: one that takes
  // the connection and stays mute would otherwise be waited for for ever.
  const subscribeTimeoutMs = sharedOptions.connectTimeout + pingTimeoutMs;
  let listener: AnnouncementListener | null = null;
  let redis: Redis | null = null;
  let timer: Timer | null = null;
  let failures = 0;
  let closed = false;

  function connect(): void {
    const client = new Redis(options.url, {
      ...sharedOptions,
      // Pings watch this connection, better than a silence could.
      socketTimeout: undefined,
      lazyConnect: true,
      retryStrategy: null,
    });
    redis = client;
    client.on('error', (error: Error) => lose(client, error.message));
    client.on('close', () => lose(client, 'The connection was closed.'));
    client.on('message', (_channel: string, text: string) =>
      listener?.onAnnouncement(readAnnouncement(text)),
    );
    const subscribed = client.connect().then(() => client.subscribe(keys.channel));
    answerWithin(subscribeTimeoutMs, 'The subscription', subscribed)
      .then(() => {
        if (redis !== client) return;
        failures = 0;
        listener?.onSubscribed();
        pingLater(client);
      })
      .catch((error: Error) => lose(client, error.message));
  }

  function pingLater(client: Redis): void {
    timer = clock.after(pingEveryMs, () => {
      answerWithin(pingTimeoutMs, 'A ping', client.ping()).then(
        () => redis === client && pingLater(client),
        (error: Error) => lose(client, error.message),
      );
    });
  }

  /** Once for each client, whichever of its ends is seen first. */
  function lose(client: Redis, cause: string): void {
    if (redis !== client) return;
    redis = null;
    timer?.cancel();
    client.disconnect();
    if (closed) return;
    listener?.onLost(cause);
    timer = clock.after(fullJitterMs(failures++, reconnectBaseMs, reconnectMaxMs, random), connect);
  }

  return {
    open(newListener) {
      listener = newListener;
      connect();
    },
    async close() {
      closed = true;
      timer?.cancel();
      const client = redis;
      redis = null;
      client?.disconnect();
    },
  };
}

function readAnnouncement(text: string): Announcement | null {
  try {
    const { seq, program } = JSON.parse(text) as { seq?: unknown; program?: unknown };
    if (!Number.isSafeInteger(seq)) return null;
    const parsed = parseUpdate(Buffer.from(JSON.stringify(program)));
    return parsed.ok ? { seq: seq as number, program: freezeProgram(parsed.program) } : null;
  } catch {
    return null;
  }
}
