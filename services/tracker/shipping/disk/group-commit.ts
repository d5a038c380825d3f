import type { Clock, Timer } from '@trackline/domain/clock';
import type { TrackingEvent } from '@trackline/domain/tracking-event';
import type { Limits } from '../../limits.ts';
import type { Durability } from '../durability.ts';
import type { Settle, SpoolOutcome } from '../spool.ts';
import { ActiveSegment, type WriteFailed } from './active-segment.ts';
import type { Confirmations } from './confirmations.ts';
import { frameBytesOf, IntakeQueue, type Waiting } from './intake-queue.ts';
import { frameOverheadBytes, writeFrame } from './segment-format.ts';
import type { SpoolFiles } from './spool-files.ts';
import { codeOf, isForRoom } from './system-error.ts';
import type { SpoolTelemetry } from './telemetry.ts';
import type { WriterLog } from './writer-log.ts';

export interface GroupCommitOptions {
  readonly folder: string;
  /** What the writer has on the disk; with no segment that is written to. */
  readonly log: WriterLog;
  /** The largest ordinal of a segment in the folder, of whichever writer. */
  readonly lastOrdinal: number;
  readonly files: SpoolFiles;
  readonly clock: Clock;
  readonly limits: Pick<
    Limits,
    | 'eventBytesMax'
    | 'spoolSegmentBytes'
    | 'spoolGroupBytesMax'
    | 'spoolQueueBytesMax'
    | 'spoolSegmentAgeMs'
    | 'spoolProbeEveryMs'
  >;
  readonly confirmations: Confirmations;
  readonly telemetry: SpoolTelemetry;
  /** What all segments may still grow by. */
  readonly roomBytes: () => number;
  /** Told when there is more on the disk. */
  readonly onKept: () => void;
  /** Makes the log of a new writer, in place of one whose sequences are in doubt. */
  readonly replace: (log: WriterLog) => WriterLog;
}

/** Why nothing is kept at the moment, as it is answered. */
type Trouble = Extract<SpoolOutcome, 'full' | 'failed'>;

/**
 * Keeps events, in groups: everything that waits goes to the disk in one write and one fdatasync, and then everybody
 * is answered; what comes meanwhile waits for the next. No timer: a lone event does not wait for others.
 *
 * When the disk fails. A file whose fdatasync failed is never tried again, since nobody can tell what a later success
 * would mean: its group goes to a new segment. If that fails, too, or there is no room, everybody who waits is answered
 * so, and so is whoever comes, until a new segment can be begun: that is tried every second. Events that nobody waits
 * for stay in memory meanwhile, as far as the queue holds them.
 *
 * A sequence that was written once and refused afterwards may be found on the disk after a crash: from then on, a new
 * writer numbers the events.
 */
export class GroupCommit {
  readonly #options: GroupCommitOptions;
  #log: WriterLog;
  /** Null as long as there was no room to begin one. */
  #active: ActiveSegment | null = null;
  /** How many segments were begun, or tried to. */
  #ordinal: number;
  readonly #queue: IntakeQueue;
  /** Accepted, and only in memory. */
  #atRisk = 0;
  /** Where the frames of a group are made. */
  #frames = Buffer.alloc(0);
  #trouble: Trouble | null = null;
  /** Whether bytes with sequences that were refused may be on the disk. */
  #isInDoubt = false;
  #isDueForProbe = false;
  #isDueForRoll = false;
  #isClosed = false;
  #work: Promise<void> | null = null;
  #ageTimer!: Timer;

  private constructor(options: GroupCommitOptions) {
    this.#options = options;
    this.#log = options.log;
    this.#ordinal = options.lastOrdinal;
    this.#queue = new IntakeQueue(options.log, options.limits.eventBytesMax);
  }

  /**
   * Begins a segment to write to. Where there is no room for it, it is full as at any other time: what earlier lives
   * have left is what takes the room, and has to be sent first. Rejects with any other error of the system's.
   */
  static async open(options: GroupCommitOptions): Promise<GroupCommit> {
    const commits = new GroupCommit(options);
    try {
      await commits.#roll();
    } catch (error) {
      if (!isForRoom(codeOf(error))) throw error;
      commits.#fail(error, []);
    }
    commits.#ageTimer = commits.#watchAge();
    return commits;
  }

  get log(): WriterLog {
    return this.#log;
  }

  get queuedBytes(): number {
    return this.#queue.bytes;
  }

  get atRisk(): number {
    return this.#atRisk;
  }

  get isWritable(): boolean {
    return this.#trouble === null && this.#hasRoom(this.#options.limits.eventBytesMax);
  }

  /** As the spool's port has it. */
  accept(event: TrackingEvent, durability: Durability, settle: Settle<unknown>, call: unknown): void {
    const refusal = this.#refusalOf(durability);
    const acceptedAtMs = this.#options.clock.monotonicMs();
    if (refusal !== null || !this.#queue.add({ event, durability, settle, call, acceptedAtMs })) {
      settle(refusal ?? 'failed', call);
      return;
    }
    if (durability === 'memory') {
      this.#atRisk++;
      settle('accepted', call);
    }
    this.#begin();
  }

  /** Keeps what waits, and takes nothing more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#ageTimer.cancel();
    this.#isDueForProbe = this.#trouble !== null && !this.#queue.isEmpty;
    this.#begin();
    while (this.#work !== null) await this.#work;
    await this.#active?.close();
  }

  #refusalOf(durability: Durability): Trouble | null {
    if (this.#isClosed) return 'failed';
    if (this.#trouble !== null && durability !== 'memory') return this.#trouble;
    return this.#hasRoom(this.#options.limits.eventBytesMax) ? null : 'full';
  }

  /** Works until there is nothing to do. What is accepted in one go is one group. */
  #begin(): void {
    this.#work ??= Promise.resolve()
      .then(() => this.#run())
      .then(() => {
        this.#work = null;
        if (this.#hasWork) this.#begin();
      });
  }

  get #hasWork(): boolean {
    if (this.#trouble !== null) return this.#isDueForProbe;
    return this.#isDueForProbe || this.#isDueForRoll || !this.#queue.isEmpty;
  }

  async #run(): Promise<void> {
    while (this.#hasWork) {
      if (this.#isDueForProbe) {
        this.#isDueForProbe = false;
        await this.#probe();
      } else if (this.#isDueForRoll) {
        this.#isDueForRoll = false;
        await this.#roll().catch((error: unknown) => this.#fail(error, []));
      } else {
        await this.#commit(this.#queue.takeGroup(this.#options.limits.spoolGroupBytesMax));
      }
    }
  }

  async #commit(group: readonly Waiting[]): Promise<void> {
    const { clock, telemetry } = this.#options;
    const beganMs = clock.monotonicMs();
    try {
      await this.#write(group);
    } catch (error) {
      this.#fail(error, group);
      return;
    }
    const bytes = frameBytesOf(group);
    this.#log.keep(this.#active!.segment, group);
    this.#queue.leave(group);
    telemetry.groupKept({ events: group.length, bytes, tookMs: clock.monotonicMs() - beganMs });
    this.#options.onKept();
    for (const waiting of group) this.#settleKept(waiting);
  }

  /** Writes a group where there is room for it; to a new segment where the one that there is fails. */
  async #write(group: readonly Waiting[]): Promise<void> {
    const { segment, isEmpty } = this.#active!;
    if (!isEmpty && segment.bytes + frameBytesOf(group) > this.#options.limits.spoolSegmentBytes)
      await this.#roll();
    try {
      await this.#active!.write(this.#framesOf(group));
    } catch (error) {
      const { code, during } = error as WriteFailed;
      const isCut = await this.#active!.cutBack();
      if (isCut && during === 'append' && isForRoom(code)) throw error;
      this.#options.telemetry.spoolFailed({ code, refused: 0 });
      this.#isInDoubt = true;
      await this.#roll();
      await this.#active!.write(this.#framesOf(group));
      // The same sequences for the same events: wherever they are found, they say the same.
      this.#isInDoubt = false;
    }
  }

  /** Refuses all who wait, and keeps in memory what nobody waits for. */
  #fail(error: unknown, group: readonly Waiting[]): void {
    const { clock, limits, telemetry } = this.#options;
    const code = codeOf(error);
    const trouble = isForRoom(code) ? 'full' : 'failed';
    this.#trouble = trouble;
    const last = group.at(-1)?.sequence ?? 0;
    this.#queue.putBack(group);
    const refused = this.#queue.takeOut(({ durability }) => durability !== 'memory');
    this.#queue.number(this.#log);
    telemetry.spoolFailed({ code, refused: refused.length });
    clock.after(limits.spoolProbeEveryMs, () => this.#probeSoon());
    // Whoever is told that there was no room may count on it that nothing of theirs is there.
    const ofGroup = this.#isInDoubt ? 'failed' : trouble;
    for (const { sequence, settle, call } of refused) settle(sequence <= last ? ofGroup : trouble, call);
  }

  #probeSoon(): void {
    if (this.#isClosed) return;
    this.#isDueForProbe = true;
    this.#begin();
  }

  /** Tries whether a segment can be begun again: then all is well. */
  async #probe(): Promise<void> {
    const { clock, limits, telemetry, replace } = this.#options;
    try {
      if (this.#trouble === 'full') await this.#findRoom();
      if (this.#isInDoubt) this.#log = replace(this.#log);
      this.#isInDoubt = false;
      this.#queue.number(this.#log);
      await this.#roll();
      this.#trouble = null;
    } catch (error) {
      telemetry.spoolFailed({ code: codeOf(error), refused: 0 });
      clock.after(limits.spoolProbeEveryMs, () => this.#probeSoon());
    }
  }

  /** Leaves the segment for a new one. */
  async #roll(): Promise<void> {
    const { files, folder } = this.#options;
    const next = await ActiveSegment.create(files, folder, nextName(this.#log, ++this.#ordinal));
    const before = this.#active;
    this.#active = next;
    this.#log.begin(next.segment);
    await before?.close();
  }

  /** Tries whether the disk takes a whole group again: it may have room for a header, and for nothing else. */
  async #findRoom(): Promise<void> {
    const { files, folder, limits } = this.#options;
    const path = `${folder}/room`;
    await files.remove(path);
    const file = await files.create(path);
    try {
      const bytes = Buffer.alloc(limits.spoolGroupBytesMax);
      if ((await file.append(bytes)) < bytes.length)
        throw Object.assign(new Error('No room yet.'), { code: 'ENOSPC' });
      await file.sync();
    } finally {
      await file.close();
      await files.remove(path);
    }
  }

  #framesOf(group: readonly Waiting[]): Buffer {
    const { salt } = this.#active!.segment;
    const bytes = frameBytesOf(group);
    // One group is written at a time.
    if (this.#frames.length < bytes) this.#frames = Buffer.allocUnsafeSlow(2 * bytes);
    const frames = this.#frames.subarray(0, bytes);
    let offset = 0;
    for (const { sequence, data } of group) offset = writeFrame(frames, offset, salt, sequence, data);
    return frames;
  }

  #settleKept({ durability, settle, call, sequence, acceptedAtMs }: Waiting): void {
    if (durability === 'memory') this.#atRisk--;
    else if (durability === 'disk') settle('accepted', call);
    else this.#options.confirmations.wait({ writer: this.#log.writer, sequence, acceptedAtMs, settle, call });
  }

  #hasRoom(bytes: number): boolean {
    const { limits, roomBytes } = this.#options;
    const queued = this.#queue.bytes + frameOverheadBytes + bytes;
    return queued <= limits.spoolQueueBytesMax && queued <= roomBytes();
  }

  /** A segment that is sent and of some age gives way to an empty one, so that it can go. */
  #watchAge(): Timer {
    const { clock, limits } = this.#options;
    return clock.after(limits.spoolSegmentAgeMs, () => {
      if (this.#active?.isEmpty === false && this.#active.segment.isSent) {
        this.#isDueForRoll = true;
        this.#begin();
      }
      this.#ageTimer = this.#watchAge();
    });
  }
}

function nextName({ writer, acceptedThrough }: WriterLog, ordinal: number) {
  return { writer, ordinal, first: acceptedThrough + 1 };
}
