import { crc32 } from 'node:zlib';

/**
 * What a segment looks like on the disk.
 *
 * Its name has all that must survive: `<writer>.<ordinal>.<first>.segment`, of the writer whose events it holds, its
 * place among that writer's segments, and the sequence of its first event. Its header only says which version of the
 * format it is. Then frames follow, one for each event: length of the payload, checksum, sequence, payload. The
 * checksum is a CRC-32 over everything else in the frame, begun with that of the file's name: bytes of another file,
 * in a block that the disk gave back, are no frames of this one.
 */
export interface SegmentName {
  readonly writer: string;
  /** Grows with each segment of its folder. */
  readonly ordinal: number;
  /** The sequence of its first event, if it gets one. */
  readonly first: number;
}

export interface Frame {
  readonly sequence: number;
  readonly payload: Uint8Array;
  /** Where it begins, in the bytes that were read. */
  readonly offset: number;
}

export interface ParsedFrames {
  readonly frames: readonly Frame[];
  /** How many bytes need not be looked at again. */
  readonly consumed: number;
  /** Stretches of bytes between frames, or behind the last, that are none. */
  readonly damagedStretches: number;
  readonly damagedBytes: number;
  /** Whether there is one before the first frame, or instead of any. */
  readonly beginsDamaged: boolean;
  /** Whether such a stretch is behind the last frame. */
  readonly endsDamaged: boolean;
}

/** The length of a header, and what a frame takes besides its payload. */
export const headerBytes = 12;
export const frameOverheadBytes = 16;

const version = 1;
const magic = Buffer.from('TRKLINE');
const named = /^([A-Za-z0-9-]{1,64})\.(\d{8,})\.(\d{16})\.segment$/;

/** The file that a segment is in: its name, by which `readSegmentFile` finds it. */
export function segmentFile({ writer, ordinal, first }: SegmentName): string {
  return `${writer}.${String(ordinal).padStart(8, '0')}.${String(first).padStart(16, '0')}.segment`;
}

/** What a file's name says; null for one that is no segment's. */
export function readSegmentFile(file: string): SegmentName | null {
  const [, writer, ordinal, first] = named.exec(file) ?? [];
  return writer === undefined ? null : { writer, ordinal: Number(ordinal), first: Number(first) };
}

/** What the checksums of a segment begin with. */
export function saltOf(file: string): number {
  return crc32(file);
}

/** @param ofVersion another than what this build reads: for tests */
export function encodeHeader(salt: number, ofVersion = version): Buffer {
  const header = Buffer.alloc(headerBytes);
  magic.copy(header);
  header.writeUInt8(ofVersion, magic.length);
  header.writeUInt32LE(crc32(header.subarray(0, 8), salt), 8);
  return header;
}

/**
 * Whether the segment is of a version that this build does not read, by a header that is whole. A damaged header says
 * nothing, and the frames behind it are looked for all the same.
 */
export function isOfAnotherVersion(header: Uint8Array, salt: number): boolean {
  if (header.length < headerBytes) return false;
  const bytes = Buffer.from(header.buffer, header.byteOffset, headerBytes);
  return (
    bytes.readUInt32LE(8) === crc32(bytes.subarray(0, 8), salt) && bytes.readUInt8(magic.length) !== version
  );
}

/** Writes a frame at `offset`; gives where the next one goes. */
export function writeFrame(
  into: Buffer,
  offset: number,
  salt: number,
  sequence: number,
  payload: Uint8Array,
): number {
  const end = offset + frameOverheadBytes + payload.length;
  into.writeUInt32LE(payload.length, offset);
  into.writeUInt32LE(sequence >>> 0, offset + 8);
  into.writeUInt32LE(Math.floor(sequence / 2 ** 32), offset + 12);
  into.set(payload, offset + frameOverheadBytes);
  into.writeUInt32LE(checksum(into, offset, end, salt), offset + 4);
  return end;
}

/**
 * Reads frames from bytes that begin where a frame should. Where there is none, the next good one is looked for,
 * byte by byte: so damage costs the frames that it touches, and no other.
 *
 * @param isWhole whether the segment ends with these bytes; else what may be the beginning of a frame is left for the
 *   next time
 */
export function parseFrames(
  data: Uint8Array,
  salt: number,
  payloadBytesMax: number,
  isWhole: boolean,
): ParsedFrames {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.length);
  const frames: Frame[] = [];
  let offset = 0;
  let goodThrough = 0;
  let damagedStretches = 0;
  let damagedBytes = 0;
  while (offset + frameOverheadBytes <= bytes.length) {
    const length = bytes.readUInt32LE(offset);
    const end = offset + frameOverheadBytes + length;
    const isPlausible = length > 0 && length <= payloadBytesMax;
    if (isPlausible && end > bytes.length && !isWhole) break;
    if (
      isPlausible &&
      end <= bytes.length &&
      checksum(bytes, offset, end, salt) === bytes.readUInt32LE(offset + 4)
    ) {
      if (offset > goodThrough) {
        damagedStretches++;
        damagedBytes += offset - goodThrough;
      }
      const sequence = bytes.readUInt32LE(offset + 12) * 2 ** 32 + bytes.readUInt32LE(offset + 8);
      frames.push({ sequence, payload: bytes.subarray(offset + frameOverheadBytes, end), offset });
      goodThrough = end;
      offset = end;
    } else {
      offset++;
    }
  }
  const consumed = isWhole ? bytes.length : offset;
  const endsDamaged = consumed > goodThrough;
  return {
    frames,
    consumed,
    damagedStretches: damagedStretches + Number(endsDamaged),
    damagedBytes: damagedBytes + consumed - goodThrough,
    beginsDamaged: (frames[0]?.offset ?? consumed) > 0,
    endsDamaged,
  };
}

/** Of the frame from `offset` to `end`: over its length, its sequence and its payload. */
function checksum(bytes: Buffer, offset: number, end: number, salt: number): number {
  return crc32(bytes.subarray(offset + 8, end), crc32(bytes.subarray(offset, offset + 4), salt));
}
