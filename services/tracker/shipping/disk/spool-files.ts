/**
 * The file system, as the spool uses it: few operations, each with what it promises, so that a test can record
 * them, cut them short at any point, and lose what was never synced. Errors are the system's, with its code (`ENOSPC`,
 * `EIO`). Paths are the system's, too.
 */
export interface SpoolFiles {
  /** Makes the folder, and those above it, unless it is there; durable once `syncFolder` of what holds it is over. */
  makeFolder(path: string): Promise<void>;
  /** The names in a folder, in no order; none where there is no folder. */
  list(path: string): Promise<readonly string[]>;
  /** Makes an empty file that must not exist yet; durable once `syncFolder` is over. */
  create(path: string): Promise<AppendFile>;
  /**
   * Reads up to `bytesMax` bytes from `offset` on; fewer only at the end of the file, none behind it.
   */
  read(path: string, offset: number, bytesMax: number): Promise<Uint8Array>;
  /** What is in the file, whoever wrote it, is durable (fdatasync). */
  sync(path: string): Promise<void>;
  /** In bytes. */
  size(path: string): Promise<number>;
  /** Removes a file; not there is as good. */
  remove(path: string): Promise<void>;
  /** What was made and removed in the folder is durable. */
  syncFolder(path: string): Promise<void>;
  /**
   * Takes the lock of the operating system on a file, which is made if need be; null where somebody holds it. It
   * ends with its process, however that ends.
   */
  lock(path: string): Promise<FolderLock | null>;
}

/** A file that is written at its end. */
export interface AppendFile {
  /** Writes at the end, and gives how many bytes went in: it may be fewer than there are. */
  append(bytes: Uint8Array): Promise<number>;
  /** What was written is durable (fdatasync). One that failed says nothing of later ones: never try it again. */
  sync(): Promise<void>;
  /** Cuts the file off at `length`; the next append goes there. */
  truncate(length: number): Promise<void>;
  close(): Promise<void>;
}

export interface FolderLock {
  free(): Promise<void>;
}
