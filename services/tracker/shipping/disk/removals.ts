import { dirname } from 'node:path';
import type { Segment } from './segment.ts';
import { readSegmentFile } from './segment-format.ts';
import type { SpoolFiles } from './spool-files.ts';
import { codeOf } from './system-error.ts';
import type { SpoolTelemetry } from './telemetry.ts';

/**
 * Removes segments of which everything is on the stream, one after the other. One that stays is sent again, and does
 * no harm, unless it tells something untrue about its writer: two rules of order see to that.
 */
export class Removals {
  readonly #files: SpoolFiles;
  readonly #telemetry: Pick<SpoolTelemetry, 'spoolFailed'>;
  /** Those that could not be removed. */
  #leftovers: Segment[] = [];
  #work: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(files: SpoolFiles, telemetry: Pick<SpoolTelemetry, 'spoolFailed'>) {
    this.#files = files;
    this.#telemetry = telemetry;
  }

  /** With them, those that could not be removed before. */
  remove(segments: readonly Segment[]): void {
    if (segments.length === 0) return;
    this.#then(async () => {
      const all = [...this.#leftovers.splice(0), ...segments];
      for (const [index, segment] of all.entries()) {
        if (await this.#isRemoved(segment)) continue;
        this.#leftovers.push(segment);
        if (!segment.hasStaleEnd) continue;
        this.#leftovers.push(...all.slice(index + 1));
        return;
      }
    });
  }

  /**
   * Removes a writer's last segment, unless one before stays, and then only once those are gone for good: one that
   * could not be read or removed, or that a loss of power brought back, would alone be taken for the writer's end, and
   * the slot's next tracker would go on from there.
   */
  removeLast(last: Segment): void {
    const folder = dirname(last.path);
    this.#then(async () => {
      const left = (await this.#files.list(folder)).filter(
        (file) => readSegmentFile(file)?.writer === last.writer,
      );
      if (left.some((file) => file !== last.file)) return;
      await this.#files.syncFolder(folder);
      await this.#files.remove(last.path);
    });
  }

  /** Does something once all that was asked for is over, also when it is closed. */
  afterwards(task: () => Promise<void>): void {
    this.#work = this.#work.then(task).catch((error: unknown) => this.#tell(error));
  }

  /** Ends what was begun, and begins nothing more: the folders may be another's then. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#work;
  }

  /** Where a group that failed may be at its end, it has to be gone for good before the next one goes. */
  async #isRemoved({ path, hasStaleEnd }: Segment): Promise<boolean> {
    try {
      await this.#files.remove(path);
      if (hasStaleEnd) await this.#files.syncFolder(dirname(path));
      return true;
    } catch (error) {
      this.#tell(error);
      return false;
    }
  }

  #then(task: () => Promise<void>): void {
    if (!this.#isClosed) this.afterwards(task);
  }

  #tell(error: unknown): void {
    this.#telemetry.spoolFailed({ code: codeOf(error), refused: 0 });
  }
}
