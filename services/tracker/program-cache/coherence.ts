import type {
  Announcement,
  AnnouncementLink,
  ProgramStoreReader,
} from '@trackline/adapters/program-store/program-store';
import type { Clock, Random, Timer } from '@trackline/domain/clock';
import type { ProgramVersion } from '@trackline/domain/program';
import type { EpochCause, IncoherenceCause, ProgramCacheTelemetry } from './telemetry.ts';

/**
 * Whether what is in memory can be believed.
 *
 * The store numbers its announcements (seq) and names its building (generation). We hear announcements on a
 * link of their own, note the `last` one, and ask for both numbers every second over the other connection:
 *
 * - `coherent`: the link's subscription is confirmed, and the store was read since, and has a generation.
 *   Only then can the store tell that a program does not exist.
 * - The *epoch* rises whenever something may have been missed. What is known from an older epoch is checked
 *   before it is used again. It rises when we join (again); on an announcement that leaves a number out
 *   (never on one that repeats); when a poll finds the counter behind what we had heard *when the poll was
 *   sent*; when it was ahead, and what it was ahead by has still not been heard a poll later; and when the
 *   generation is another.
 */
export interface CoherenceOptions {
  readonly reader: Pick<ProgramStoreReader, 'head'>;
  readonly link: AnnouncementLink;
  readonly clock: Clock;
  readonly random: Random;
  readonly pollEveryMs: number;
  readonly telemetry: ProgramCacheTelemetry;
  /** Every announced version, in the order of the link. */
  readonly onAnnounced: (program: ProgramVersion) => void;
}

/** After so many polls in a row without an answer, nothing is known any more. */
const failedPollsMax = 3;
/** How soon a poll that failed is made again while nothing is known yet. */
const joinRetryMs = 50;

export class Coherence {
  epoch = 0;
  coherent = false;
  wasCoherent = false;
  generation: string | null = null;
  /** The first epoch of this generation: what is older was told by another building of the store. */
  generationEpoch = 0;
  readonly #options: CoherenceOptions;
  #subscribed = false;
  /** The highest announcement that we know of. */
  #last = 0;
  /** What the last poll said, where that was ahead of us. */
  #ahead: number | null = null;
  #failedPolls = 0;
  #timer: Timer | null = null;
  /** Polls of an earlier link must not speak for a later one. */
  #link = 0;
  #closed = false;

  constructor(options: CoherenceOptions) {
    this.#options = options;
  }

  open(): void {
    this.#options.link.open({
      onSubscribed: () => {
        this.#subscribed = true;
        this.#link++;
        this.#last = 0;
        void this.#poll();
      },
      onAnnouncement: (announcement) => this.#hear(announcement),
      onLost: (detail) => {
        this.#subscribed = false;
        this.#link++;
        this.#timer?.cancel();
        this.#becomeIncoherent('link_lost', detail);
      },
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#timer?.cancel();
    await this.#options.link.close();
  }

  #hear(announcement: Announcement | null): void {
    if (announcement === null) {
      // Its number is not known; the next one, or the next poll, shows what is missing.
      this.#options.telemetry.announcementUnreadable();
      return;
    }
    if (this.coherent && announcement.seq > this.#last + 1) this.#raise('gap');
    this.#last = Math.max(this.#last, announcement.seq);
    this.#options.onAnnounced(announcement.program);
  }

  async #poll(): Promise<void> {
    this.#timer?.cancel();
    const link = this.#link;
    const lastWhenSent = this.#last;
    let hasFailed = false;
    try {
      const head = await this.#options.reader.head();
      if (link !== this.#link || this.#closed) return;
      this.#failedPolls = 0;
      this.#compare(head.seq, head.generation, lastWhenSent);
    } catch (error) {
      if (link !== this.#link || this.#closed) return;
      hasFailed = true;
      this.#failedPolls++;
      if (this.#failedPolls >= failedPollsMax) {
        this.#becomeIncoherent('polls_failed', error instanceof Error ? error.message : String(error));
      }
    }
    const { clock, random, pollEveryMs } = this.#options;
    // Right after a start the other connection may come up a moment later than the subscription.
    const waitMs = hasFailed && !this.coherent ? joinRetryMs : pollEveryMs;
    this.#timer = clock.after(waitMs * (0.9 + random() * 0.2), () => void this.#poll());
  }

  #compare(seq: number, generation: string | null, lastWhenSent: number): void {
    if (generation === null) {
      this.#becomeIncoherent('not_built', 'The store has no generation.');
      return;
    }
    if (!this.coherent) {
      this.#join(seq, generation);
    } else if (generation !== this.generation) {
      this.#enter(generation);
      this.#restart(seq, 'generation');
    } else if (seq < lastWhenSent) {
      this.#restart(seq, 'behind');
    } else if (this.#ahead !== null && this.#last < this.#ahead) {
      this.#restart(Math.max(this.#last, this.#ahead), 'ahead');
    }
    this.#ahead = seq > this.#last ? seq : null;
  }

  #join(seq: number, generation: string): void {
    if (!this.#subscribed) return;
    this.#enter(generation);
    this.coherent = true;
    this.wasCoherent = true;
    // An announcement that came between the subscription and this answer may be newer than the answer.
    this.#last = Math.max(this.#last, seq);
    this.#raise('joined');
    this.#options.telemetry.cacheCoherent();
  }

  /** To be followed by the epoch that it begins with. */
  #enter(generation: string): void {
    if (generation !== this.generation) this.generationEpoch = this.epoch + 1;
    this.generation = generation;
  }

  #restart(last: number, cause: EpochCause): void {
    this.#last = last;
    this.#raise(cause);
  }

  #raise(cause: EpochCause): void {
    this.epoch++;
    this.#ahead = null;
    this.#options.telemetry.epochRaised({ cause });
  }

  #becomeIncoherent(cause: IncoherenceCause, detail: string): void {
    this.#ahead = null;
    // The counter of another building of the store begins anew.
    this.#last = 0;
    if (!this.coherent) return;
    this.coherent = false;
    this.#options.telemetry.cacheIncoherent({ cause, detail });
  }
}
