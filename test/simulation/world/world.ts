import { rebuildProgramStore } from '@trackline/adapters/program-store/rebuild';
import { type UpdaterParts, update } from '@trackline/core-data-updater/update';
import type { LedgerRow } from '@trackline/domain/ledger';
import type { ProgramVersion } from '@trackline/domain/program';
import { type ConsumerParts, consume } from '@trackline/event-consumer/consume';
import { deadlinesOf } from '@trackline/event-consumer/limits';
import { type Limits, limits as productionLimits } from '@trackline/tracker/limits';
import { Chance } from './chance.ts';
import { Disk } from './disk.ts';
import { EventStore } from './event-store.ts';
import { type Invocation, Mapping } from './mapping.ts';
import { Machine, Process } from './process.ts';
import type { ProductionParts } from './production-parts.ts';
import type { ProgramTable } from './program-table.ts';
import { Redis } from './redis.ts';
import { silent } from './silent.ts';
import { type Drive, healthyDisk } from './spool-files.ts';
import { type ShardRecord, Stream } from './stream.ts';
import { Time } from './time.ts';
import { Trace } from './trace.ts';
import { Tracker } from './tracker.ts';

export interface WorldOptions {
  readonly seed: number;
  readonly parts: ProductionParts;
  readonly say: ((line: string) => void) | null;
  readonly onViolation: (what: string) => void;
  readonly onSent: (record: ShardRecord) => void;
  readonly onBooked: (row: LedgerRow) => void;
  readonly onApplied: (program: ProgramVersion) => void;
  /** Redis was built, and can be asked from now on. */
  readonly onRebuilt: () => void;
}

/** Two trackers share a machine; a slot is where one lives, a life after the other. */
export const slots = ['a', 'b'] as const;

const rebuildEveryMs = 5_000;

/** Everything there is, put together as in production; what is simulated is only what reaches outside. */
export class World {
  readonly time = new Time();
  readonly trace: Trace;
  readonly chance: Chance;
  readonly machine = new Machine();
  readonly drive: Drive = { disk: new Disk(), faults: { ...healthyDisk }, locks: new Map(), failures: 0 };
  readonly eventStream: Stream;
  readonly coreDataStream: Stream;
  readonly eventStore: EventStore;
  readonly table: ProgramTable;
  readonly redis: Redis;
  readonly consumer: Mapping;
  readonly updater: Mapping;
  readonly limits: Limits;
  readonly spoolBytesMax: number;
  readonly cacheEntriesMax: number;
  /** Who lives in each slot, dead or alive. */
  readonly trackers = new Map<string, Tracker>();
  /**
   * Writers that had something on the disk when the power went: of what they had written and nobody was told of,
   * some may be left and some not, so that there may be gaps in their numbers.
   */
  readonly torn = new Set<string>();
  flippedBits = 0;
  #lives = 0;
  readonly #options: WorldOptions;

  constructor(options: WorldOptions) {
    const { seed, say, onSent, onApplied } = options;
    this.#options = options;
    this.chance = new Chance(seed);
    this.trace = new Trace(() => this.time.nowMs, say);
    const { time, chance, trace } = this;
    this.limits = smallLimits(chance.fork());
    // Too few for all programs, or enough.
    this.cacheEntriesMax = chance.pick([4, 100, 100]);
    this.spoolBytesMax = chance.pick([24, 64, 1024]) * 1024;
    this.eventStream = new Stream('events', time, chance.fork(), onSent);
    this.coreDataStream = new Stream('core-data', time, chance.fork(), () => {});
    this.eventStore = new EventStore(chance.fork(), options.onBooked);
    this.table = new options.parts.ProgramTable(chance.fork());
    this.redis = new Redis(chance.fork(), onApplied);
    this.consumer = new Mapping({
      stream: this.eventStream,
      time,
      chance: chance.fork(),
      trace,
      invoke: (invocation) => this.#consume(invocation),
    });
    this.updater = new Mapping({
      stream: this.coreDataStream,
      time,
      chance: chance.fork(),
      trace,
      invoke: (invocation) => this.#update(invocation),
    });
    this.#rebuild();
  }

  /** Begins the next life of the tracker in a slot, unless one is running. */
  start(slot: string): void {
    if (this.trackers.get(slot)?.isRunning) return;
    const { time, trace, machine, drive, eventStream, redis, limits, spoolBytesMax, cacheEntriesMax } = this;
    const { parts, onViolation } = this.#options;
    const surroundings = {
      time,
      trace,
      machine,
      drive,
      stream: eventStream,
      redis,
      limits,
      spoolBytesMax,
      cacheEntriesMax,
    };
    const chance = this.chance.fork();
    this.trackers.set(
      slot,
      new Tracker(slot, ++this.#lives, { ...surroundings, chance, parts, onViolation }),
    );
  }

  running(): Tracker[] {
    return [...this.trackers.values()].filter(({ isRunning }) => isRunning);
  }

  /** The power goes: nobody lives, and not all that was written is there. */
  losePower(): void {
    this.trace.note('machine', 'loses its power');
    for (const name of this.drive.disk.fileNames()) this.torn.add(name.slice(0, name.indexOf('.')));
    for (const tracker of this.running()) tracker.kill();
    this.drive.disk.losePower(this.chance);
  }

  async #consume({ process, records, remainingMs }: Invocation): Promise<readonly string[]> {
    const { clock } = process;
    const parts: ConsumerParts = { ...this.eventStore.connect(process), telemetry: silent, clock };
    const failed = await consume(parts, records, deadlinesOf(clock.monotonicMs(), remainingMs));
    this.trace.note(process.name, `consumed ${records.length}, failed`, failed.length);
    return failed;
  }

  async #update({ process, records, remainingMs }: Invocation): Promise<readonly string[]> {
    const { clock } = process;
    const { deadLetters } = this.eventStore.connect(process);
    const table = this.table.connect(process);
    const parts: UpdaterParts = {
      table,
      store: this.redis.writer(process),
      deadLetters,
      telemetry: silent,
      clock,
    };
    const failed = await update(parts, records, clock.monotonicMs() + remainingMs);
    this.trace.note(process.name, `updated ${records.length}, failed`, failed.length);
    return failed;
  }

  #rebuild(): void {
    const process = new Process('rebuild', this.time, this.chance.fork());
    let buildings = 0;
    const generation = () => `g${this.time.nowMs}.${buildings++}`;
    rebuildProgramStore(this.table.connect(process), this.redis.writer(process), generation)
      .then(({ rebuilt }) => {
        if (!rebuilt) return;
        this.trace.note('rebuild', 'sealed', this.redis.generation ?? '');
        this.#options.onRebuilt();
      })
      .catch((error: Error) => this.trace.note('rebuild', 'failed', error.message));
    this.time.after(rebuildEveryMs, () => {
      process.kill();
      this.#rebuild();
    });
  }
}

/** As in production, but small: with few events every bound is met. */
function smallLimits(chance: Chance): Limits {
  const KiB = 1024;
  return {
    ...productionLimits,
    spoolSegmentBytes: chance.pick([2, 4, 16]) * KiB,
    spoolGroupBytesMax: 2 * KiB,
    spoolQueueBytesMax: chance.pick([4, 16]) * KiB,
    spoolLiveBytesMax: chance.pick([4, 16]) * KiB,
    spoolReadBytes: chance.pick([1, 2]) * KiB,
    spoolReadAheadBytesMax: 4 * KiB,
    eventBytesMax: 1 * KiB,
    aggregateBytesMax: chance.pick([1, 2]) * KiB,
    putBytesMax: 4 * KiB,
    heldBytesMax: 8 * KiB,
    heldAggregatesMax: 8,
    putCallsMax: chance.pick([1, 3]),
    retryMaxMs: 2_000,
  };
}
