import { dirname } from 'node:path';
import type { AppendFile, SpoolFiles } from '@trackline/tracker/shipping/disk/spool-files';
import { systemError } from '../../../helpers/system-error.ts';
import { type DiskCall, DiskImage } from './disk-image.ts';

/** Anything that is asked of the disk, about to happen. */
export type AskedCall =
  | DiskCall
  | { readonly kind: 'list' | 'read' | 'size' | 'lock'; readonly path: string };

/** What becomes of a call, in place of its success. */
export interface Interference {
  /** The call fails with this code. */
  readonly code?: string;
  /** Of an append: how many bytes go in; by default none of one that fails, and all of another. */
  readonly bytesTaken?: number;
  /** The call takes until this resolves. */
  readonly until?: Promise<void>;
}

/**
 * A disk in memory that processes use, die on, and lose power with. Calls take a turn of the event loop's microtasks
 * each. What was asked by a process that is dead never happens, and is never answered.
 */
export class SimulatedDisk {
  image: DiskImage;
  /** Asked before each call. */
  interfere: (call: AskedCall) => Interference | undefined = () => undefined;
  /** Told of each change of the disk, when it has happened. */
  onChanged: (call: DiskCall) => void = () => {};
  readonly #locks = new Map<string, DiskProcess>();

  constructor(image = new DiskImage()) {
    this.image = image;
  }

  process(): DiskProcess {
    return new DiskProcess(this, this.#locks);
  }
}

/** The disk as one process sees it. */
export class DiskProcess implements SpoolFiles {
  readonly #disk: SimulatedDisk;
  readonly #locks: Map<string, DiskProcess>;
  #isDead = false;

  constructor(disk: SimulatedDisk, locks: Map<string, DiskProcess>) {
    this.#disk = disk;
    this.#locks = locks;
  }

  /** Nothing of what it still asks for happens; its locks are free. */
  kill(): void {
    this.#isDead = true;
    for (const [path, holder] of this.#locks) if (holder === this) this.#locks.delete(path);
  }

  async makeFolder(path: string): Promise<void> {
    await this.#change({ kind: 'makeFolder', path });
  }

  async list(path: string): Promise<readonly string[]> {
    await this.#ask({ kind: 'list', path });
    return this.#disk.image.list(path);
  }

  async create(path: string): Promise<AppendFile> {
    await this.#change({ kind: 'create', path });
    return {
      append: (bytes) => this.#append(path, bytes),
      sync: () => this.#change({ kind: 'sync', path }),
      truncate: (length) => this.#change({ kind: 'truncate', path, length }),
      close: async () => {},
    };
  }

  async read(path: string, offset: number, bytesMax: number): Promise<Uint8Array> {
    await this.#ask({ kind: 'read', path });
    return Uint8Array.from(this.#disk.image.bytes(path).subarray(offset, offset + bytesMax));
  }

  async sync(path: string): Promise<void> {
    await this.#change({ kind: 'sync', path });
  }

  async size(path: string): Promise<number> {
    await this.#ask({ kind: 'size', path });
    return this.#disk.image.bytes(path).length;
  }

  async remove(path: string): Promise<void> {
    await this.#change({ kind: 'remove', path });
  }

  async syncFolder(path: string): Promise<void> {
    await this.#change({ kind: 'syncFolder', path });
  }

  async lock(path: string) {
    await this.#ask({ kind: 'lock', path });
    if (this.#locks.has(path)) return null;
    if (!this.#disk.image.list(dirname(path)).includes('lock'))
      this.#disk.image.apply({ kind: 'create', path });
    this.#locks.set(path, this);
    return { free: async () => void this.#locks.delete(path) };
  }

  async #append(path: string, bytes: Uint8Array): Promise<number> {
    const interference = await this.#ask({ kind: 'append', path, bytes });
    if (this.#isDead) return never();
    // Of the caller's buffer, which it may use again.
    const bytesTaken = interference?.bytesTaken ?? (interference?.code === undefined ? bytes.length : 0);
    const taken = Uint8Array.from(bytes.subarray(0, bytesTaken));
    if (taken.length > 0) this.#apply({ kind: 'append', path, bytes: taken });
    fail(interference, path);
    return taken.length;
  }

  async #change(call: DiskCall): Promise<void> {
    const interference = await this.#ask(call);
    if (this.#isDead) return never();
    if (interference?.code !== undefined && call.kind === 'sync') this.#disk.image.failSync(call.path);
    fail(interference, call.path);
    this.#apply(call);
  }

  #apply(call: DiskCall): void {
    this.#disk.image.apply(call);
    this.#disk.onChanged(call);
  }

  /** Waits for its turn; fails where a call that changes nothing is to fail. */
  async #ask(call: AskedCall): Promise<Interference | undefined> {
    await this.#alive();
    const interference = this.#disk.interfere(call);
    await interference?.until;
    await this.#alive();
    const changesNothing = ['list', 'read', 'size', 'lock'].includes(call.kind);
    if (changesNothing) fail(interference, call.path);
    return interference;
  }

  async #alive(): Promise<void> {
    await null;
    if (this.#isDead) await never();
  }
}

/** What a dead process is answered. */
function never(): Promise<never> {
  return new Promise(() => {});
}

function fail(interference: Interference | undefined, path: string): void {
  if (interference?.code !== undefined) throw systemError(interference.code, path);
}
