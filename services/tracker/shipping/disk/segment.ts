import { type SegmentName, saltOf, segmentFile } from './segment-format.ts';

/** One file of a writer's events, as the spool knows it. */
export class Segment {
  readonly writer: string;
  readonly file: string;
  readonly path: string;
  readonly first: number;
  readonly ordinal: number;
  /**
   * The first sequence of the writer's next segment, of one that an earlier life has left: what it has from there on
   * is of a group that failed and went to the next one, or to nobody.
   */
  readonly endsBefore: number;
  /** What its checksums begin with. */
  readonly salt: number;
  /** As far as it is durable, in bytes: at the end of a frame, unless a crash left more. */
  bytes: number;
  /** As far as its events were handed on to the sender's queue. */
  handedBytes: number;
  /** Whether it was damaged just before. */
  isDamagedThere = false;
  /** How many of those are not on the stream yet. */
  held = 0;
  /** How often it could not be read in a row. */
  failedReads = 0;
  /** Whether it is passed over, since it can't be read. Its file stays for the next start. */
  isPassedOver = false;
  /**
   * Whether a group that failed may be at its end: where it stays, so must the next one, whose beginning tells that
   * the group is none.
   */
  hasStaleEnd = false;
  /** Whether nothing will be added to it. */
  isSealed: boolean;

  constructor(
    folder: string,
    name: SegmentName,
    { bytes, handedBytes, isSealed }: Pick<Segment, 'bytes' | 'handedBytes' | 'isSealed'>,
    endsBefore = Number.POSITIVE_INFINITY,
  ) {
    this.writer = name.writer;
    this.file = segmentFile(name);
    this.path = `${folder}/${this.file}`;
    this.first = name.first;
    this.ordinal = name.ordinal;
    this.endsBefore = endsBefore;
    this.salt = saltOf(this.file);
    this.bytes = bytes;
    this.handedBytes = handedBytes;
    this.isSealed = isSealed;
  }

  /** Whether there is nothing in it that is still to be read. */
  get isHandedOn(): boolean {
    return this.handedBytes === this.bytes || this.isPassedOver;
  }

  /** Whether everything in it is on the stream. */
  get isSent(): boolean {
    return this.held === 0 && this.isHandedOn && !this.isPassedOver;
  }
}
