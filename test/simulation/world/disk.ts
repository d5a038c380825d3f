import type { Chance } from './chance.ts';

export const sectorBytes = 512;

/** A file: what programs see of it, and what is on the platter. */
export class Inode {
  content: Uint8Array = new Uint8Array(1024);
  size = 0;
  platter: Uint8Array = new Uint8Array(0);
  /** Sectors that the system takes for written, though a sync failed on them: no later one writes them. */
  readonly #forsaken = new Set<number>();

  append(bytes: Uint8Array): void {
    const end = this.size + bytes.length;
    if (end > this.content.length) {
      const grown = new Uint8Array(Math.max(end, this.content.length * 2));
      grown.set(this.content);
      this.content = grown;
    }
    this.content.set(bytes, this.size);
    for (const sector of sectors(this.size, end)) this.#forsaken.delete(sector);
    this.size = end;
  }

  truncate(length: number): void {
    this.content.fill(0, length, this.size);
    this.size = Math.min(this.size, length);
    this.#forsaken.delete(Math.floor(length / sectorBytes));
  }

  /** What a sync that begins now makes durable. */
  snapshot(): Uint8Array {
    return this.content.slice(0, this.size);
  }

  synced(snapshot: Uint8Array): void {
    const before = this.platter;
    this.platter = snapshot;
    for (const sector of this.#forsaken) copySector(before, snapshot, sector);
  }

  /** Some of it may have got to the platter; the system forgets which, and does not try the rest again. */
  syncFailed(snapshot: Uint8Array, chance: Chance): void {
    const before = this.platter;
    for (const sector of sectors(0, snapshot.length)) {
      if (isSameSector(before, snapshot, sector)) continue;
      if (chance.happens(0.5)) copySector(before, snapshot, sector);
      this.#forsaken.add(sector);
    }
    this.platter = snapshot;
  }

  /**
   * What is left when the power goes: of each sector that was never synced the old or the new, and a size in
   * between. What was never written there reads as nothing, or as what the platter held before.
   */
  losePower(chance: Chance, stale: Uint8Array): void {
    const before = this.platter;
    const [least, most] = [Math.min(before.length, this.size), Math.max(before.length, this.size)];
    const size = chance.weighted([
      [2, this.size],
      [2, before.length],
      [1, least + chance.int(most - least + 1)],
    ]);
    const left = new Uint8Array(size);
    for (const sector of sectors(0, size)) {
      const from = sector * sectorBytes;
      const isOld = !isSameSector(before, this.content.subarray(0, this.size), sector) && chance.happens(0.5);
      const source = isOld ? before : this.content.subarray(0, this.size);
      left.set(source.subarray(from, Math.min(from + sectorBytes, size)), from);
      if (isOld && source.length <= from && chance.happens(0.3)) {
        left.set(stale.subarray(from, Math.min(from + sectorBytes, size)), from);
      }
    }
    this.platter = left;
    this.content = left.slice();
    this.size = size;
    this.#forsaken.clear();
  }

  flipBit(chance: Chance): boolean {
    if (this.size === 0) return false;
    const at = chance.int(this.size);
    this.content[at]! ^= 1 << chance.int(8);
    if (at < this.platter.length) this.platter[at] = this.content[at]!;
    return true;
  }
}

export class Folder {
  /** As programs see it. */
  readonly entries = new Map<string, Inode | Folder>();
  /** As it is on the platter. */
  platter = new Map<string, Inode | Folder>();

  sync(): void {
    this.platter = new Map(this.entries);
  }
}

/** A disk: files and folders of which some is durable, and some is not. */
export class Disk {
  root = new Folder();
  /** Room that is left; what is deleted makes more. */
  freeBytes = Number.POSITIVE_INFINITY;
  /** What the platter may still hold of files that are gone. */
  stale: Uint8Array = new Uint8Array(0);

  find(path: string): Inode | Folder | undefined {
    let at: Inode | Folder | undefined = this.root;
    for (const name of partsOf(path)) at = at instanceof Folder ? at.entries.get(name) : undefined;
    return at;
  }

  folderOf(path: string): { readonly folder: Folder | undefined; readonly name: string } {
    const parts = partsOf(path);
    const name = parts.pop()!;
    const folder = this.find(parts.join('/'));
    return { folder: folder instanceof Folder ? folder : undefined, name };
  }

  makeFolder(path: string): void {
    let at = this.root;
    for (const name of partsOf(path)) {
      const next = at.entries.get(name) ?? new Folder();
      if (!(next instanceof Folder)) throw failure('ENOTDIR', path);
      at.entries.set(name, next);
      at = next;
    }
  }

  remove(path: string): void {
    const { folder, name } = this.folderOf(path);
    const gone = folder?.entries.get(name);
    if (gone === undefined) return;
    if (gone instanceof Folder && gone.entries.size > 0) throw failure('ENOTEMPTY', path);
    if (gone instanceof Inode) {
      this.freeBytes += gone.size;
      this.stale = gone.snapshot();
    }
    folder!.entries.delete(name);
  }

  /** Of what was never synced some is left, and some is not: contents, sizes, what was made and what was removed. */
  losePower(chance: Chance): void {
    const visit = (folder: Folder): void => {
      for (const name of new Set([...folder.entries.keys(), ...folder.platter.keys()])) {
        const now = folder.entries.get(name);
        const before = folder.platter.get(name);
        const left = now === before || chance.happens(0.5) ? now : before;
        if (left === undefined) folder.entries.delete(name);
        else folder.entries.set(name, left);
        if (left instanceof Inode) left.losePower(chance, this.stale);
        if (left instanceof Folder) visit(left);
      }
      folder.sync();
    };
    visit(this.root);
  }

  /** Of all folders. */
  fileNames(folder = this.root): string[] {
    return [...folder.entries].flatMap(([name, entry]) =>
      entry instanceof Folder ? this.fileNames(entry) : [name],
    );
  }

  /** Flips a bit of a file, on the platter too; false where there is none. */
  flipBit(chance: Chance, folder = this.root): boolean {
    const entry = chance.pick([...folder.entries.values()]);
    if (entry === undefined) return false;
    return entry instanceof Folder ? this.flipBit(chance, entry) : entry.flipBit(chance);
  }
}

/** An error as the system gives it. */
export function failure(code: string, path: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}

function partsOf(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.');
}

/** The numbers of the sectors that hold the bytes `from` to before `to`. */
function* sectors(from: number, to: number): Iterable<number> {
  for (let sector = Math.floor(from / sectorBytes); sector * sectorBytes < to; sector++) yield sector;
}

function isSameSector(a: Uint8Array, b: Uint8Array, sector: number): boolean {
  const [from, to] = [sector * sectorBytes, (sector + 1) * sectorBytes];
  return Buffer.from(a.subarray(from, to)).equals(b.subarray(from, to));
}

/** What one holds of a sector, into the other; nothing is 0. */
function copySector(from: Uint8Array, to: Uint8Array, sector: number): void {
  const [first, end] = [sector * sectorBytes, Math.min((sector + 1) * sectorBytes, to.length)];
  const source = from.subarray(first, end);
  to.fill(0, first, end);
  to.set(source, first);
}
