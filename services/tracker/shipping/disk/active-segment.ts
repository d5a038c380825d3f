import { Segment } from './segment.ts';
import { encodeHeader, headerBytes, type SegmentName } from './segment-format.ts';
import type { AppendFile, SpoolFiles } from './spool-files.ts';
import { codeOf } from './system-error.ts';

/** The segment that is written to. */
export class ActiveSegment {
  readonly segment: Segment;
  readonly #file: AppendFile;

  private constructor(segment: Segment, file: AppendFile) {
    this.segment = segment;
    this.#file = file;
  }

  /** Makes a segment that holds nothing yet, and that a loss of power does not take away. */
  static async create(files: SpoolFiles, folder: string, name: SegmentName): Promise<ActiveSegment> {
    const place = { bytes: headerBytes, handedBytes: headerBytes, isSealed: false };
    const segment = new Segment(folder, name, place);
    const file = await files.create(segment.path);
    const active = new ActiveSegment(segment, file);
    try {
      await active.#append(encodeHeader(segment.salt));
      await file.sync();
      await files.syncFolder(folder);
      return active;
    } catch (error) {
      await active.close();
      await files.remove(segment.path).catch(() => {});
      throw error;
    }
  }

  get isEmpty(): boolean {
    return this.segment.bytes === headerBytes;
  }

  /** Adds bytes and makes them durable. Rejects with what went wrong, and in which of the two. */
  async write(bytes: Uint8Array): Promise<void> {
    await this.#append(bytes).catch((error: NodeJS.ErrnoException) => {
      throw new WriteFailed(error, 'append');
    });
    await this.#file.sync().catch((error: NodeJS.ErrnoException) => {
      throw new WriteFailed(error, 'sync');
    });
  }

  /** Cuts off what was written and is not durable. Gives whether that worked. */
  async cutBack(): Promise<boolean> {
    // Nobody knows whether a loss of power undoes it.
    this.segment.hasStaleEnd = true;
    return this.#file.truncate(this.segment.bytes).then(
      () => true,
      () => false,
    );
  }

  async close(): Promise<void> {
    await this.#file.close().catch(() => {});
  }

  async #append(bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length; ) {
      const written = await this.#file.append(bytes.subarray(done));
      if (written === 0) throw Object.assign(new Error('Nothing could be written.'), { code: 'EIO' });
      done += written;
    }
  }
}

/** A disk that did not take what it was given. */
export class WriteFailed extends Error {
  override readonly name = 'WriteFailed';
  readonly code: string;
  readonly during: 'append' | 'sync';

  constructor(error: NodeJS.ErrnoException, during: 'append' | 'sync') {
    super(error.message);
    this.code = codeOf(error);
    this.during = during;
  }
}
