import type { Random } from '@trackline/domain/clock';
import { newMessageId } from '@trackline/domain/message-id';
import { limits as productionLimits } from '@trackline/tracker/limits';
import { type DiskSpoolLimits, openDiskSpool } from '@trackline/tracker/shipping/disk/disk-spool';
import type { SpoolFiles } from '@trackline/tracker/shipping/disk/spool-files';
import type { SpoolTelemetry } from '@trackline/tracker/shipping/disk/telemetry';
import type { Durability } from '@trackline/tracker/shipping/durability';
import type { EventRun, Spool } from '@trackline/tracker/shipping/spool';
import { eventTimeMs, trackingEvent } from '../../../helpers/events.ts';
import { FakeClock } from '../../../helpers/fake-clock.ts';
import { silentSpoolTelemetry } from './silent-telemetry.ts';
import type { SpoolWitness } from './spool-witness.ts';

/** Bounds so small that a few dozen events fill segments, and turn a log to its backlog. */
export const smallLimits: DiskSpoolLimits = Object.freeze({
  ...productionLimits,
  eventBytesMax: 1_024,
  spoolSegmentBytes: 4_096,
  spoolGroupBytesMax: 1_500,
  spoolQueueBytesMax: 32_768,
  spoolLiveBytesMax: 3_000,
  spoolReadBytes: 1_500,
  spoolReadAheadBytesMax: 3_000,
});

export const spoolFolder = '/data/spool';

/** What the spools of one trial share: chance, names, and who hears of everything. */
export interface Trial {
  readonly random: Random;
  readonly witness: SpoolWitness;
  /** Numbers what it names, so that later names sort behind earlier ones. */
  readonly names: { last: number };
}

export interface SpoolLifeOptions extends Trial {
  readonly files: SpoolFiles;
  readonly limits?: Partial<DiskSpoolLimits>;
  readonly bytesMax?: number;
  readonly telemetry?: Partial<SpoolTelemetry>;
}

/** The production spool on some disk, with a sender of its own, from a start to a death or an end. */
export class SpoolLife {
  readonly spool: Spool;
  readonly clock: FakeClock;
  readonly #trial: Trial;
  #taken: EventRun[] = [];
  /** How many of the calls that want the disk were answered in which way. */
  readonly answers = { accepted: 0, full: 0, failed: 0, unconfirmed: 0 };

  /** Told how long each of them waited for its answer. */
  onAnswer: (waitedMs: number) => void = () => {};

  private constructor(spool: Spool, clock: FakeClock, trial: Trial) {
    this.spool = spool;
    this.clock = clock;
    this.#trial = trial;
  }

  /** Rejects where the spool can't be opened. */
  static async begin({ files, limits, bytesMax, telemetry, ...trial }: SpoolLifeOptions): Promise<SpoolLife> {
    const clock = new FakeClock();
    const spool = await openDiskSpool({
      folder: spoolFolder,
      bytesMax: bytesMax ?? 2 ** 20,
      files,
      clock,
      newWriter: () => `writer-${String(++trial.names.last).padStart(6, '0')}`,
      limits: { ...smallLimits, ...limits },
      telemetry: {
        ...silentSpoolTelemetry,
        spoolDamaged: ({ stretches }) => trial.witness.hearsOfDamage(stretches),
        ...telemetry,
      },
    });
    return new SpoolLife(spool, clock, trial);
  }

  /** Offers events in one go, as a busy moment of the event loop does. */
  accept(count: number, durability: Durability = 'disk'): void {
    const { random, witness } = this.#trial;
    const fromMs = this.clock.monotonicMs();
    for (let i = 0; i < count; i++) {
      const event = trackingEvent({
        messageId: newMessageId(eventTimeMs, (target) => target.set(target.map(() => random() * 256))),
        landingUrl: 'x'.repeat(random() * 300),
      });
      witness.offers(event);
      this.spool.accept(
        event,
        durability,
        (outcome) => {
          if (durability === 'memory') return;
          this.answers[outcome]++;
          this.onAnswer(this.clock.monotonicMs() - fromMs);
          witness.hears(event.messageId, outcome);
        },
        null,
      );
    }
  }

  /** Takes a run of up to `eventsMax`; whether there was one. */
  take(eventsMax = Number.POSITIVE_INFINITY): boolean {
    const run = this.spool.take(Number.POSITIVE_INFINITY, eventsMax);
    if (run === null) return false;
    this.#trial.witness.takes(run);
    this.#taken.push(run);
    return true;
  }

  /** One of the runs that were taken is on the stream. */
  release(): void {
    const [run] = this.#taken.splice(this.#trial.random() * this.#taken.length, 1);
    if (run === undefined) return;
    this.#trial.witness.sends(run);
    this.spool.release(run);
  }

  /** States how far its writers came; the last of the ended ones of which everything is sent, which it forgets. */
  state(): void {
    const { witness } = this.#trial;
    witness.states(this.spool.writer, this.spool.account().acceptedThrough);
    for (const { writer, acceptedThrough, unsent } of this.spool.ended()) {
      witness.states(writer, acceptedThrough);
      if (unsent === 0) this.spool.forget(writer);
    }
  }

  /** Sends until nothing is left; whether that came to an end. */
  async sendAll(): Promise<boolean> {
    for (let idle = 0; idle < 3; idle++) {
      await turn();
      while (this.take()) idle = 0;
      while (this.#taken.length > 0) this.release();
    }
    this.state();
    await turn();
    return (
      this.spool.account().unsent === 0 && this.spool.ended().length === 0 && this.spool.queuedBytes === 0
    );
  }
}

/** Lets everything happen that waits for no time. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
