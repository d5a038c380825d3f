import type { Clock } from '@trackline/domain/clock';
import type { TrackingEvent } from '@trackline/domain/tracking-event';
import type { Limits } from '../../limits.ts';
import type { Durability } from '../durability.ts';
import type { EndedWriter, EventRun, Settle, Spool, SpoolAccount } from '../spool.ts';
import { Confirmations } from './confirmations.ts';
import { GroupCommit } from './group-commit.ts';
import { type Recovered, type Remains, recover } from './recover.ts';
import { Removals } from './removals.ts';
import { type Slot, takeOrphans, takeSlot } from './slots.ts';
import type { SpoolFiles } from './spool-files.ts';
import { codeOf } from './system-error.ts';
import type { SpoolTelemetry } from './telemetry.ts';
import { WriterLog } from './writer-log.ts';

export interface DiskSpoolOptions {
  /** Where the slots of all trackers are. */
  readonly folder: string;
  /** What all that this spool holds may take on the disk. */
  readonly bytesMax: number;
  readonly files: SpoolFiles;
  readonly clock: Clock;
  /** Makes a name that no writer had before. */
  readonly newWriter: () => string;
  readonly limits: DiskSpoolLimits;
  readonly telemetry: SpoolTelemetry;
  /** Whether it takes the slots of those that are gone at its start; true unless said otherwise. */
  readonly adopts?: boolean;
}

/** A spool on the disk, which may take what trackers that are gone have left there at any time. */
export interface AdoptingSpool extends Spool {
  adoptOrphans(): Promise<void>;
}

export type DiskSpoolLimits = Pick<
  Limits,
  | 'eventBytesMax'
  | 'aggregateBytesMax'
  | 'spoolSegmentBytes'
  | 'spoolGroupBytesMax'
  | 'spoolQueueBytesMax'
  | 'spoolLiveBytesMax'
  | 'spoolReadBytes'
  | 'spoolReadAheadBytesMax'
  | 'spoolReadTriesMax'
  | 'spoolSegmentAgeMs'
  | 'spoolProbeEveryMs'
  | 'spoolAlarmPercent'
  | 'confirmTimeoutMs'
>;

/**
 * Opens a spool on the disk: takes a slot of its own, and those whose trackers are gone. Whatever is in them, damaged
 * or not, it starts; what it finds there is sent like everything else.
 *
 * @throws the system's error where the folder can't be written to
 */
export async function openDiskSpool(options: DiskSpoolOptions): Promise<AdoptingSpool> {
  const { files, folder, adopts = true } = options;
  const slot = await takeSlot(files, folder);
  const spool = new DiskSpool(options);
  try {
    await spool.openOwn(slot, await recover(slot.folder, options));
  } catch (error) {
    await slot.lock.free();
    throw error;
  }
  if (adopts) await spool.adoptOrphans();
  return spool;
}

/** One that can't be looked into is left to a later start. */
async function adoptOrphan(spool: DiskSpool, orphan: Slot, options: DiskSpoolOptions): Promise<void> {
  const { folder, lock } = orphan;
  try {
    await spool.adopt(orphan, await recover(folder, options));
  } catch (error) {
    options.telemetry.segmentUnreadable({ segment: folder, code: codeOf(error) });
    await lock.free();
  }
}

/** The log of a writer that accepts nothing any more. */
interface EndedLog {
  readonly log: WriterLog;
  readonly slot: Slot;
}

/**
 * A folder of append-only segments without a cursor (decision 3). A segment goes once everything in it is on the
 * stream; what a crash leaves is sent again, and the event store absorbs what it has already.
 */
class DiskSpool implements AdoptingSpool {
  readonly #options: DiskSpoolOptions;
  readonly #confirmations: Confirmations;
  readonly #removals: Removals;
  #slot!: Slot;
  #commits!: GroupCommit;
  #ended: EndedLog[] = [];
  /** Whose turn it is to be taken from. */
  #turn = 0;
  #isFilling = false;
  #onWaiting: () => void = () => {};

  constructor(options: DiskSpoolOptions) {
    this.#options = options;
    this.#confirmations = new Confirmations(options.clock, options.limits.confirmTimeoutMs);
    this.#removals = new Removals(options.files, options.telemetry);
  }

  async openOwn(slot: Slot, { remains, lastOrdinal }: Recovered): Promise<void> {
    const { newWriter } = this.#options;
    this.#slot = slot;
    const latest = remains.at(-1);
    const goesOn = latest !== undefined && !latest.isInDoubt;
    for (const each of goesOn ? remains.slice(0, -1) : remains) this.#addEnded(slot, each);
    const log = this.#logOf(goesOn ? latest : { writer: newWriter(), segments: [], acceptedThrough: 0 });
    this.#commits = await GroupCommit.open({
      ...this.#options,
      folder: slot.folder,
      log,
      lastOrdinal,
      confirmations: this.#confirmations,
      roomBytes: () => this.#options.bytesMax - this.#usedBytes,
      onKept: () => this.#watchFilling(),
      replace: (before) => this.#replace(before),
    });
    log.readAhead();
  }

  async adoptOrphans(): Promise<void> {
    const { files, folder, telemetry } = this.#options;
    for (const orphan of await takeOrphans(files, folder, this.#slot, telemetry)) {
      await adoptOrphan(this, orphan, this.#options);
    }
  }

  async adopt(slot: Slot, { remains }: Recovered): Promise<void> {
    if (remains.length === 0) {
      await slot.lock.free();
      return;
    }
    const { folder } = slot;
    const writers = remains.map(({ writer }) => writer);
    const logs = remains.map((each) => this.#addEnded(slot, each));
    const events = logs.reduce((sum, log) => sum + log.account().unsent, 0);
    this.#options.telemetry.spoolAdopted({ folder, writers, events });
  }

  get writer(): string {
    return this.#commits.log.writer;
  }

  get queuedBytes(): number {
    return this.#commits.queuedBytes;
  }

  accept<Call>(event: TrackingEvent, durability: Durability, settle: Settle<Call>, call: Call): void {
    this.#commits.accept(event, durability, settle as Settle<unknown>, call);
  }

  take(bytesMax: number, eventsMax?: number): EventRun | null {
    const logs = this.#logs;
    for (let tried = 0; tried < logs.length; tried++) {
      const run = logs[this.#turn++ % logs.length]!.take(bytesMax, eventsMax);
      if (run !== null) return run;
    }
    return null;
  }

  release(run: EventRun): void {
    if (!this.#logs.some((log) => log.release(run))) {
      throw new Error(`The events ${run.first}–${run.last} were released twice, or never taken.`);
    }
    this.#confirmations.confirm(run);
  }

  get waitingBytes(): number {
    return this.#logs.reduce((sum, log) => sum + log.waitingBytes, 0);
  }

  get waitingSinceMs(): number | null {
    return this.#logs.reduce<number | null>((oldest, { waitingSinceMs }) => {
      if (oldest === null || waitingSinceMs === null) return oldest ?? waitingSinceMs;
      return Math.min(oldest, waitingSinceMs);
    }, null);
  }

  onWaiting(listener: () => void): void {
    this.#onWaiting = listener;
  }

  account(): SpoolAccount {
    return {
      ...this.#commits.log.account(),
      unconfirmed: this.#confirmations.unconfirmed,
      atRisk: this.#commits.atRisk,
      usedBytes: this.#usedBytes,
      bytesMax: this.#options.bytesMax,
      writable: this.#commits.isWritable,
      onDisk: true,
    };
  }

  ended(): readonly EndedWriter[] {
    return this.#ended.map(({ log }) => ({ writer: log.writer, ...log.account() }));
  }

  forget(writer: string): void {
    const ended = this.#ended.find(({ log }) => log.writer === writer);
    if (ended === undefined) return;
    const { log, slot } = ended;
    const sent = log.takeSent(true);
    const last = sent.pop();
    this.#removals.remove(sent);
    if (last !== undefined) this.#removals.removeLast(last);
    if (!log.isEmpty) return;
    this.#ended = this.#ended.filter((each) => each !== ended);
    const isLeft = slot !== this.#slot && !this.#ended.some((each) => each.slot === slot);
    if (isLeft) this.#removals.afterwards(() => slot.lock.free());
  }

  async close(): Promise<void> {
    await this.#commits.close();
    this.#confirmations.giveUp();
    for (const log of this.#logs) log.close();
    await this.#removals.close();
    const slots = new Set([this.#slot, ...this.#ended.map(({ slot }) => slot)]);
    for (const { lock } of slots) await lock.free();
  }

  get #logs(): WriterLog[] {
    return [this.#commits.log, ...this.#ended.map(({ log }) => log)];
  }

  get #usedBytes(): number {
    return this.#ended.reduce((sum, { log }) => sum + log.bytes, this.#commits.log.bytes);
  }

  #logOf(remains: Omit<Remains, 'isInDoubt'>): WriterLog {
    return new WriterLog({
      ...this.#options,
      ...remains,
      onWaiting: () => this.#onWaiting(),
      onSent: (log) => this.#removals.remove(log.takeSent()),
    });
  }

  #addEnded(slot: Slot, remains: Remains): WriterLog {
    const log = this.#logOf(remains);
    this.#ended.push({ log, slot });
    log.readAhead();
    return log;
  }

  #replace(before: WriterLog): WriterLog {
    before.seal();
    this.#ended.push({ log: before, slot: this.#slot });
    return this.#logOf({ writer: this.#options.newWriter(), segments: [], acceptedThrough: 0 });
  }

  /** Tells once that a person should look; again after it was well below that. */
  #watchFilling(): void {
    const { bytesMax, limits, telemetry } = this.#options;
    const usedBytes = this.#usedBytes;
    const alarmBytes = (bytesMax * limits.spoolAlarmPercent) / 100;
    if (usedBytes >= alarmBytes && !this.#isFilling) {
      this.#isFilling = true;
      telemetry.spoolFilling({ usedBytes, bytesMax });
    } else if (usedBytes < alarmBytes * 0.9) {
      this.#isFilling = false;
    }
  }
}
