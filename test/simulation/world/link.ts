import type {
  Announcement,
  AnnouncementLink,
  AnnouncementListener,
} from '@trackline/adapters/program-store/program-store';
import type { Chance } from './chance.ts';
import type { Process } from './process.ts';
import type { RedisFaults } from './redis.ts';
import type { Time } from './time.ts';

/** Who hears what is published, at the moment at which Redis does it. */
export interface Channel {
  readonly listeners: Set<(announcement: Announcement) => void>;
}

export interface LinkOptions {
  readonly channel: Channel;
  readonly faults: RedisFaults;
  readonly process: Process;
  readonly time: Time;
  readonly chance: Chance;
}

const pingEveryMs = 1_000;
const pingTimeoutMs = 1_000;
const subscribeTimeoutMs = 2_000;
const reconnectMsMax = 1_000;

/** One connection: what comes on it comes in order. */
interface Connection {
  readonly hear: (announcement: Announcement) => void;
  /** TCP believes in it, and nothing comes through. */
  isHalfOpen: boolean;
  /** Nothing comes before what was sent earlier. */
  clearAtMs: number;
}

/** The subscription's connection, which is pinged and built anew as the real one is. */
export class Link implements AnnouncementLink {
  readonly #options: LinkOptions;
  #listener: AnnouncementListener | null = null;
  #connection: Connection | null = null;

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  open(listener: AnnouncementListener): void {
    this.#listener = listener;
    this.#connect();
  }

  async close(): Promise<void> {
    this.#listener = null;
    this.#drop();
  }

  /** Lost so that both ends know. */
  reset(): void {
    if (this.#connection) this.#lose('ECONNRESET');
  }

  /** Lost so that nobody knows. */
  halfOpen(): void {
    if (this.#connection) this.#connection.isHalfOpen = true;
  }

  #connect(): void {
    const { channel, faults, process, chance } = this.#options;
    if (this.#listener === null || !process.alive) return;
    if (faults.away) {
      this.#retry();
      return;
    }
    const connection: Connection = {
      isHalfOpen: false,
      clearAtMs: 0,
      hear: (announcement) => {
        if (!process.alive) channel.listeners.delete(connection.hear);
        else if (!chance.happens(faults.swallowed)) {
          this.#deliver(connection, faults.announcedMsMax, () =>
            this.#listener?.onAnnouncement(announcement),
          );
        }
      },
    };
    this.#connection = connection;
    let isSubscribed = false;
    process.clock.after(chance.between(0.5, 3), () => {
      if (this.#connection !== connection || faults.away) return;
      channel.listeners.add(connection.hear);
      this.#deliver(connection, 3, () => {
        isSubscribed = true;
        this.#listener?.onSubscribed();
        this.#pingLater(connection);
      });
    });
    process.clock.after(subscribeTimeoutMs, () => {
      if (!isSubscribed && this.#connection === connection) this.#lose('no answer');
    });
  }

  #deliver(connection: Connection, msMax: number, run: () => void): void {
    const { time, process, chance } = this.#options;
    const atMs = Math.max(connection.clearAtMs, time.nowMs + chance.between(0.1, msMax));
    connection.clearAtMs = atMs;
    process.clock.after(atMs - time.nowMs, () => {
      if (this.#connection === connection && !connection.isHalfOpen) run();
    });
  }

  #pingLater(connection: Connection): void {
    const { process, faults } = this.#options;
    process.clock.after(pingEveryMs, () => {
      if (this.#connection !== connection) return;
      let isAnswered = false;
      if (!faults.away) {
        this.#deliver(connection, faults.announcedMsMax, () => {
          isAnswered = true;
          this.#pingLater(connection);
        });
      }
      process.clock.after(pingTimeoutMs, () => {
        if (!isAnswered && this.#connection === connection) this.#lose('ping');
      });
    });
  }

  #lose(cause: string): void {
    this.#drop();
    this.#listener?.onLost(cause);
    this.#retry();
  }

  #drop(): void {
    if (this.#connection) this.#options.channel.listeners.delete(this.#connection.hear);
    this.#connection = null;
  }

  #retry(): void {
    const { process, chance } = this.#options;
    process.clock.after(chance.between(0, reconnectMsMax), () => this.#connect());
  }
}
