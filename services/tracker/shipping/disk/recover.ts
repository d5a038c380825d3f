import type { Limits } from '../../limits.ts';
import { codeOf } from './active-segment.ts';
import { Segment } from './segment.ts';
import {
  headerBytes,
  isOfAnotherVersion,
  parseFrames,
  readSegmentFile,
  type SegmentName,
} from './segment-format.ts';
import type { SpoolFiles } from './spool-files.ts';
import type { SpoolTelemetry } from './telemetry.ts';

export interface RecoverOptions {
  readonly files: SpoolFiles;
  readonly limits: Pick<Limits, 'eventBytesMax' | 'spoolReadBytes'>;
  readonly telemetry: Pick<SpoolTelemetry, 'segmentUnreadable'>;
}

/** What a folder has of one writer. */
export interface Remains {
  readonly writer: string;
  /** Oldest first; at least one. */
  readonly segments: readonly Segment[];
  /** The largest sequence that is known. */
  readonly acceptedThrough: number;
  /** Whether a larger one may have been used: something behind the last frame could not be read. */
  readonly isInDoubt: boolean;
}

/**
 * Finds what writers have left in a folder, the latest writer last. Only each writer's newest segment is read, for its
 * last sequence: what is in the others is seen when it is sent. A segment that can't be opened, or is of another
 * version of the format, is left as it is, and told.
 */
export async function recover(folder: string, options: RecoverOptions): Promise<readonly Remains[]> {
  const ofWriters = new Map<string, Segment[]>();
  for (const file of await options.files.list(folder)) {
    const name = readSegmentFile(file);
    const segment = name && (await openSegment(folder, name, options));
    if (!segment) continue;
    const others = ofWriters.get(name.writer);
    if (others) others.push(segment);
    else ofWriters.set(name.writer, [segment]);
  }
  const remains: Remains[] = [];
  for (const [writer, segments] of ofWriters) {
    segments.sort((a, b) => a.ordinal - b.ordinal);
    remains.push({ writer, segments, ...(await endOf(segments.at(-1)!, options)) });
  }
  // A writer's name begins with its time.
  return remains.sort((a, b) => (a.writer < b.writer ? -1 : 1));
}

async function openSegment(
  folder: string,
  name: SegmentName,
  { files, telemetry }: RecoverOptions,
): Promise<Segment | null> {
  const segment = new Segment(folder, name, { bytes: 0, handedBytes: 0, isSealed: true });
  try {
    segment.bytes = await files.size(segment.path);
    segment.handedBytes = Math.min(headerBytes, segment.bytes);
    const header = await files.read(segment.path, 0, headerBytes);
    if (!isOfAnotherVersion(header, segment.salt)) return segment;
    telemetry.segmentUnreadable({ segment: segment.path, code: 'another version' });
  } catch (error) {
    telemetry.segmentUnreadable({ segment: segment.path, code: codeOf(error) });
  }
  return null;
}

/** How far the writer is known to have come, by its newest segment. */
async function endOf(
  segment: Segment,
  { files, limits, telemetry }: RecoverOptions,
): Promise<Pick<Remains, 'acceptedThrough' | 'isInDoubt'>> {
  let acceptedThrough = segment.first - 1;
  // Of a header that was never finished nobody was told anything.
  let isInDoubt = false;
  for (let offset = segment.handedBytes; offset < segment.bytes; ) {
    const bytesMax = Math.min(limits.spoolReadBytes, segment.bytes - offset);
    let data: Uint8Array;
    try {
      data = await files.read(segment.path, offset, bytesMax);
    } catch (error) {
      telemetry.segmentUnreadable({ segment: segment.path, code: codeOf(error) });
      return { acceptedThrough, isInDoubt: true };
    }
    const isWhole = data.length < bytesMax || offset + bytesMax === segment.bytes;
    const { frames, consumed, endsDamaged } = parseFrames(data, segment.salt, limits.eventBytesMax, isWhole);
    acceptedThrough = frames.at(-1)?.sequence ?? acceptedThrough;
    isInDoubt = endsDamaged;
    if (isWhole) break;
    offset += consumed;
  }
  return { acceptedThrough, isInDoubt };
}
