import { dirname } from 'node:path';
import type { Random } from '@trackline/domain/clock';
import { systemError } from '../../../helpers/system-error.ts';

/** What changes a disk: the calls of the spool's port as data, so that they are recorded and played again. */
export type DiskCall =
  | { readonly kind: 'makeFolder' | 'create' | 'remove' | 'sync' | 'syncFolder'; readonly path: string }
  | { readonly kind: 'append'; readonly path: string; readonly bytes: Uint8Array }
  | { readonly kind: 'truncate'; readonly path: string; readonly length: number };

const sectorBytes = 512;

interface Folder {
  readonly kind: 'folder';
  readonly entries: Map<string, Entry>;
}

interface File {
  readonly kind: 'file';
  /** Never changed in place, so that images share them. */
  bytes: Buffer;
  /** What it was, from when it was last durable on; empty where what it is now is durable. */
  earlier: Buffer[];
  /** A failed fdatasync lets nobody know what the disk has: a later one changes nothing of that. */
  syncFailed: boolean;
}

interface Entry {
  /** Null where it was removed, and that is not durable yet. */
  node: Folder | File | null;
  /** What it was, from when it was last durable on; empty where what it is now is durable. */
  earlier: (Folder | File | null)[];
}

/**
 * A file system in memory that knows what of it is durable, by what POSIX promises and no more: fdatasync makes a
 * file's bytes durable, fsync of a folder what was made and removed in it. What is neither is lost with the power
 * or not, each sector of 512 bytes, each length of a file and each entry of a folder for itself.
 */
export class DiskImage {
  readonly #root: Folder;

  constructor(root: Folder = { kind: 'folder', entries: new Map() }) {
    this.#root = root;
  }

  /** @throws the system's error, with its code */
  apply(call: DiskCall): void {
    switch (call.kind) {
      case 'makeFolder':
        if (this.#find(call.path) !== null) return;
        if (call.path !== '/') this.apply({ kind: 'makeFolder', path: dirname(call.path) });
        this.#put(call.path, { kind: 'folder', entries: new Map() });
        return;
      case 'create':
        if (this.#find(call.path) !== null) throw systemError('EEXIST', call.path);
        this.#put(call.path, { kind: 'file', bytes: Buffer.alloc(0), earlier: [], syncFailed: false });
        return;
      case 'append':
        change(this.#file(call.path), (bytes) => Buffer.concat([bytes, call.bytes]));
        return;
      case 'truncate':
        change(this.#file(call.path), (bytes) => bytes.subarray(0, call.length));
        return;
      case 'remove':
        if (this.#find(call.path) !== null) this.#put(call.path, null);
        return;
      case 'sync': {
        const file = this.#file(call.path);
        if (!file.syncFailed) file.earlier = [];
        return;
      }
      case 'syncFolder':
        for (const entry of this.#folder(call.path).entries.values()) entry.earlier = [];
    }
  }

  /** An fdatasync has failed: what it was for is on the disk or not, and no later one tells. */
  failSync(path: string): void {
    this.#file(path).syncFailed = true;
  }

  list(path: string): string[] {
    const node = this.#find(path);
    if (node?.kind !== 'folder') return [];
    return [...node.entries].filter(([, entry]) => entry.node !== null).map(([name]) => name);
  }

  /** @throws the system's error where there is no such file */
  bytes(path: string): Buffer {
    return this.#file(path).bytes;
  }

  /** For damage: puts other bytes in place, which are durable. */
  overwrite(path: string, bytes: Buffer): void {
    this.#file(path).bytes = bytes;
  }

  clone(): DiskImage {
    return new DiskImage(
      mapped(this.#root, ({ node, earlier }, copy) => ({ node: node && copy(node), earlier: [...earlier] })),
    );
  }

  /** What is there when the power comes back. */
  afterPowerLoss(random: Random): DiskImage {
    return new DiskImage(
      mapped(
        this.#root,
        ({ node, earlier }, copy) => {
          const survivor = pick([node, ...earlier], random);
          return { node: survivor && copy(survivor), earlier: [] };
        },
        random,
      ),
    );
  }

  #find(path: string): Folder | File | null {
    let node: Folder | File | null = this.#root;
    for (const name of namesIn(path)) {
      if (node?.kind !== 'folder') return null;
      node = node.entries.get(name)?.node ?? null;
    }
    return node;
  }

  #file(path: string): File {
    const node = this.#find(path);
    if (node?.kind !== 'file') throw systemError('ENOENT', path);
    return node;
  }

  #folder(path: string): Folder {
    const node = this.#find(path);
    if (node?.kind !== 'folder') throw systemError('ENOENT', path);
    return node;
  }

  #put(path: string, node: Folder | File | null): void {
    const { entries } = this.#folder(dirname(path));
    const name = namesIn(path).at(-1)!;
    const entry = entries.get(name);
    if (entry === undefined) entries.set(name, { node, earlier: [null] });
    else {
      entry.earlier.push(entry.node);
      entry.node = node;
    }
  }
}

function change(file: File, by: (bytes: Buffer) => Buffer): void {
  file.earlier.push(file.bytes);
  file.bytes = by(file.bytes);
}

function namesIn(path: string): string[] {
  return path.split('/').filter((name) => name !== '');
}

/** A copy of a folder, each entry by `entryOf`; with `random`, its files as they survive a loss of power. */
function mapped(
  folder: Folder,
  entryOf: (entry: Entry, copy: (node: Folder | File) => Folder | File) => Entry,
  random?: Random,
): Folder {
  const copy = (node: Folder | File): Folder | File => {
    if (node.kind === 'folder') return mapped(node, entryOf, random);
    if (random === undefined) return { ...node, earlier: [...node.earlier] };
    return { kind: 'file', bytes: survivingBytes(node, random), earlier: [], syncFailed: false };
  };
  const entries = new Map([...folder.entries].map(([name, entry]) => [name, entryOf(entry, copy)]));
  return { kind: 'folder', entries };
}

/** Any of its lengths, and of each sector any of what it was; zeros where nothing was written. */
function survivingBytes({ bytes, earlier }: File, random: Random): Buffer {
  if (earlier.length === 0) return bytes;
  const versions = [...earlier, bytes];
  const survivor = Buffer.alloc(pick(versions, random).length);
  for (let from = 0; from < survivor.length; from += sectorBytes) {
    pick(versions, random)
      .subarray(from, from + sectorBytes)
      .copy(survivor, from);
  }
  return survivor;
}

function pick<T>(from: readonly T[], random: Random): T {
  return from[Math.floor(random() * from.length)]!;
}
