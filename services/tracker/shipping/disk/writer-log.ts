import type { Clock } from '@trackline/domain/clock';
import { decodeRecord } from '@trackline/proto/tracking-event';
import type { Limits } from '../../limits.ts';
import type { PlacedRun } from '../event-page.ts';
import { EventQueue } from '../event-queue.ts';
import { type EventRun, eventsIn, type WriterAccount } from '../spool.ts';
import type { Segment } from './segment.ts';
import { type Frame, frameOverheadBytes, parseFrames } from './segment-format.ts';
import type { SpoolFiles } from './spool-files.ts';
import { codeOf, isForShortage } from './system-error.ts';
import type { SpoolTelemetry } from './telemetry.ts';

/** An event that is on the disk. */
export interface KeptEvent {
  readonly sequence: number;
  readonly data: Uint8Array;
  /** Monotonic. */
  readonly acceptedAtMs: number;
}

export interface WriterLogOptions {
  readonly writer: string;
  /** Oldest first. */
  readonly segments: readonly Segment[];
  readonly acceptedThrough: number;
  readonly files: SpoolFiles;
  readonly clock: Clock;
  readonly limits: Pick<
    Limits,
    | 'eventBytesMax'
    | 'aggregateBytesMax'
    | 'spoolReadBytes'
    | 'spoolReadAheadBytesMax'
    | 'spoolReadTriesMax'
    | 'spoolLiveBytesMax'
    | 'spoolProbeEveryMs'
  >;
  readonly telemetry: SpoolTelemetry;
  /** Told whenever there is more to take. */
  readonly onWaiting: () => void;
  /** Told of a segment of which everything is sent. */
  readonly onSent: (log: WriterLog) => void;
}

/**
 * What one writer has on the disk, and how the sender gets it. It is in one of two states. *Live*: every event that
 * is not taken yet is also in memory, and is taken from there. *Backlog*: from some event on they are on the disk
 * alone, and are read from there, in order, a few at a time; what is kept meanwhile is read when its turn comes. It
 * turns to backlog when too much waits in memory, and back when it has read all there is.
 */
export class WriterLog {
  readonly writer: string;
  readonly #options: WriterLogOptions;
  readonly #segments: Segment[];
  #acceptedThrough: number;
  readonly #queue: EventQueue<Segment>;
  /** What was taken and not yet released, oldest first. */
  readonly #taken = new Set<EventRun>();
  #takenEvents = 0;
  /** As far as events were put into the queue. */
  #queuedThrough: number;
  /** Of the events behind that: when the oldest was accepted, or a little before. */
  #unreadSinceMs: number;
  /** What its segments take. */
  #bytes: number;
  #isReading = false;
  #isClosed = false;

  constructor(options: WriterLogOptions) {
    this.writer = options.writer;
    this.#options = options;
    this.#queue = new EventQueue(options.writer, options.limits.aggregateBytesMax);
    this.#segments = [...options.segments];
    this.#acceptedThrough = options.acceptedThrough;
    this.#queuedThrough = (this.#segments[0]?.first ?? options.acceptedThrough + 1) - 1;
    this.#unreadSinceMs = options.clock.monotonicMs();
    this.#bytes = sizeOf(this.#segments);
  }

  get isLive(): boolean {
    return this.#segments.every((segment) => segment.isHandedOn);
  }

  get newest(): Segment | undefined {
    return this.#segments.at(-1);
  }

  get acceptedThrough(): number {
    return this.#acceptedThrough;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Whether there is nothing of it that could still be sent. */
  get isEmpty(): boolean {
    return this.#segments.every(({ isPassedOver }) => isPassedOver);
  }

  get waitingBytes(): number {
    return this.#queue.bytes;
  }

  get waitingSinceMs(): number | null {
    return this.#queue.oldest?.acceptedAtMs ?? null;
  }

  /** Adds the segment that is written from now on. */
  begin(segment: Segment): void {
    const before = this.newest;
    if (before !== undefined) before.isSealed = true;
    this.#segments.push(segment);
    this.#bytes += segment.bytes;
    this.#options.onSent(this);
  }

  /** Nothing is added any more. */
  seal(): void {
    if (this.newest !== undefined) this.newest.isSealed = true;
  }

  /** A group of events is on the disk: where the segment ended. */
  keep(segment: Segment, events: readonly KeptEvent[]): void {
    const wasLive = this.isLive;
    let end = segment.bytes;
    for (const { sequence, data, acceptedAtMs } of events) {
      if (wasLive) this.#queue.push(sequence, data, acceptedAtMs, segment, end);
      end += frameOverheadBytes + data.length;
    }
    this.#bytes += end - segment.bytes;
    segment.bytes = end;
    this.#acceptedThrough = events.at(-1)!.sequence;
    if (!wasLive) return;
    segment.held += events.length;
    segment.handedBytes = end;
    this.#queuedThrough = this.#acceptedThrough;
    if (this.#queue.bytes > this.#options.limits.spoolLiveBytesMax) this.#dropQueue();
    this.#options.onWaiting();
  }

  take(bytesMax: number, eventsMax?: number): EventRun | null {
    const run = this.#queue.take(bytesMax, eventsMax);
    if (run === null) return null;
    this.#taken.add(run);
    this.#takenEvents += eventsIn(run);
    this.readAhead();
    return run;
  }

  /** Gives false where the run is none of its own. */
  release(run: EventRun): boolean {
    if (!this.#taken.delete(run)) return false;
    this.#takenEvents -= eventsIn(run);
    const placed = run as PlacedRun<Segment>;
    placed.place.held -= eventsIn(run);
    this.#queue.giveBack(placed);
    this.#options.onSent(this);
    return true;
  }

  /**
   * Gives the segments of which everything is on the stream, and forgets them; the newest is kept, so that writer and
   * sequence survive, unless `all` are asked for.
   */
  takeSent(all = false): Segment[] {
    const sent: Segment[] = [];
    for (const segment of all ? this.#segments : this.#segments.slice(0, -1)) {
      if (segment.isSealed && segment.isSent) sent.push(segment);
      else if (segment.hasStaleEnd) break;
    }
    for (const segment of sent) this.#segments.splice(this.#segments.indexOf(segment), 1);
    this.#bytes -= sizeOf(sent);
    return sent;
  }

  account(): WriterAccount {
    const [taken] = this.#taken;
    const first = taken?.first ?? this.#queue.oldest?.sequence;
    const isLive = this.isLive;
    const unread = isLive ? 0 : Math.max(0, this.#acceptedThrough - this.#queuedThrough);
    const firstUnsent = first ?? (isLive ? null : this.#queuedThrough + 1);
    return {
      acceptedThrough: this.#acceptedThrough,
      sentThrough: firstUnsent === null ? this.#acceptedThrough : firstUnsent - 1,
      unsent: this.#takenEvents + this.#queue.length + unread,
      unsentSinceMs: taken?.acceptedAtMs ?? this.waitingSinceMs ?? (isLive ? null : this.#unreadSinceMs),
    };
  }

  /** Reads on, unless the queue holds enough, or everything was read. */
  readAhead(): void {
    const { spoolReadAheadBytesMax, spoolReadBytes, spoolProbeEveryMs } = this.#options.limits;
    if (this.#isReading || this.#isClosed || this.#queue.bytes + spoolReadBytes > spoolReadAheadBytesMax)
      return;
    const segment = this.#segments.find((each) => !each.isHandedOn);
    if (segment === undefined) return;
    this.#isReading = true;
    this.#read(segment).then(
      () => {
        this.#isReading = false;
        this.readAhead();
      },
      (error: unknown) => {
        this.#readFailed(segment, codeOf(error));
        this.#options.clock.after(spoolProbeEveryMs, () => {
          this.#isReading = false;
          this.readAhead();
        });
      },
    );
  }

  /** Reads no more. */
  close(): void {
    this.#isClosed = true;
  }

  /** A segment that can't be read must not hold up those behind it. */
  #readFailed(segment: Segment, code: string): void {
    const { telemetry, limits } = this.#options;
    telemetry.spoolFailed({ code, refused: 0 });
    if (isForShortage(code) || ++segment.failedReads < limits.spoolReadTriesMax) return;
    segment.isPassedOver = true;
    telemetry.segmentUnreadable({ segment: segment.path, code });
  }

  async #read(segment: Segment): Promise<void> {
    const { files, limits, telemetry } = this.#options;
    const { handedBytes: from, bytes: end } = segment;
    const bytesMax = Math.min(limits.spoolReadBytes, end - from);
    const data = await files.read(segment.path, from, bytesMax);
    if (this.#isClosed) return;
    segment.failedReads = 0;
    // Where something cut the file off, no more of it will come.
    const isWhole = data.length < bytesMax || from + bytesMax === end;
    const parsed = parseFrames(data, segment.salt, limits.eventBytesMax, isWhole);
    const frames = parsed.frames.filter(({ sequence }) => sequence < segment.endsBefore);
    if (frames.length < parsed.frames.length) segment.hasStaleEnd = true;
    this.#queueRead(segment, frames);
    segment.handedBytes = isWhole ? end : from + parsed.consumed;
    const { damagedStretches, damagedBytes: bytes, beginsDamaged, endsDamaged } = parsed;
    // One that the last read ended in, and this one begins in, is told already.
    const stretches = damagedStretches - Number(segment.isDamagedThere && beginsDamaged);
    segment.isDamagedThere = endsDamaged;
    if (stretches > 0) {
      telemetry.spoolDamaged({ segment: segment.file, stretches, bytes });
    }
    if (frames.length > 0) this.#options.onWaiting();
    this.#options.onSent(this);
  }

  #queueRead(segment: Segment, frames: readonly Frame[]): void {
    if (frames.length === 0) return;
    const acceptedAtMs = this.#whenAccepted(frames[0]!.payload);
    for (const { sequence, payload, offset } of frames) {
      this.#queue.push(sequence, payload, acceptedAtMs, segment, segment.handedBytes + offset);
    }
    segment.held += frames.length;
    this.#queuedThrough = Math.max(this.#queuedThrough, frames.at(-1)!.sequence);
    this.#unreadSinceMs = acceptedAtMs;
  }

  /** By its own account, since the monotonic clock that accepted it may have been another process's. */
  #whenAccepted(payload: Uint8Array): number {
    const { clock } = this.#options;
    const decoded = decodeRecord(payload, { partitionKey: this.writer, region: '' });
    const ageMs = decoded.kind === 'event' ? clock.wallMs() - decoded.event.receivedAtMs : 0;
    return clock.monotonicMs() - Math.max(0, ageMs);
  }

  /** Leaves what waits to the disk alone. */
  #dropQueue(): void {
    const dropped = this.#queue.clear();
    this.#queuedThrough = dropped[0]!.sequence - 1;
    this.#unreadSinceMs = dropped[0]!.acceptedAtMs;
    for (const { place: segment, count, offset } of dropped) {
      segment.held -= count;
      segment.handedBytes = Math.min(segment.handedBytes, offset);
    }
    this.readAhead();
  }
}

function sizeOf(segments: readonly Segment[]): number {
  return segments.reduce((sum, { bytes }) => sum + bytes, 0);
}
