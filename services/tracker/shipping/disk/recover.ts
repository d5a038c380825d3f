import type { Limits } from '../../limits.ts';
import { Segment } from './segment.ts';
import {
  headerBytes,
  isOfAnotherVersion,
  parseFrames,
  readSegmentFile,
  type SegmentName,
} from './segment-format.ts';
import type { SpoolFiles } from './spool-files.ts';
import { codeOf } from './system-error.ts';
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
  /** Whether a larger one may have been used: there is something that could not be read. */
  readonly isInDoubt: boolean;
}

export interface Recovered {
  /** The latest writer last. */
  readonly remains: readonly Remains[];
  /** The largest ordinal of a segment; 0 where there is none. */
  readonly lastOrdinal: number;
}

/**
 * Finds what writers have left in a folder. Only each writer's newest segment is read, for its last sequence: what is
 * in the others is seen when it is sent. A segment that can't be opened, or is of another version of the format, is
 * left as it is, and told.
 */
export async function recover(folder: string, options: RecoverOptions): Promise<Recovered> {
  const files = await options.files.list(folder);
  const names = files.flatMap((file) => readSegmentFile(file) ?? []).sort((a, b) => a.ordinal - b.ordinal);
  const segments: Segment[] = [];
  const unreadable = new Set<string>();
  for (const [index, name] of names.entries()) {
    const next = names.slice(index + 1).find(({ writer }) => writer === name.writer);
    const segment = await openSegment(folder, name, next?.first, options);
    if (segment === null) unreadable.add(name.writer);
    else segments.push(segment);
  }
  // In the order of their last segments.
  const writers = [...new Set(names.toReversed().map(({ writer }) => writer))].toReversed();
  const remains: Remains[] = [];
  for (const writer of writers) {
    const ofWriter = segments.filter((segment) => segment.writer === writer);
    const newest = ofWriter.at(-1);
    if (newest === undefined) continue;
    const { acceptedThrough, isInDoubt } = await endOf(newest, options);
    remains.push({
      writer,
      segments: ofWriter,
      acceptedThrough,
      isInDoubt: isInDoubt || unreadable.has(writer),
    });
  }
  return { remains, lastOrdinal: names.at(-1)?.ordinal ?? 0 };
}

async function openSegment(
  folder: string,
  name: SegmentName,
  endsBefore: number | undefined,
  { files, telemetry }: RecoverOptions,
): Promise<Segment | null> {
  const segment = new Segment(folder, name, { bytes: 0, handedBytes: 0, isSealed: true }, endsBefore);
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

/**
 * How far the writer is known to have come, by its newest segment. What a killed process left in it may not be on the
 * disk yet, and is to be before anybody hears of it.
 */
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
      if (offset === segment.handedBytes) await files.sync(segment.path);
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
