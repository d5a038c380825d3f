import type { ProgramVersion } from '@trackline/domain/program';

/**
 * The program store (L2): every program's newest version, in Redis. It can be lost and rebuilt at any time
 * from the program table. Three ports, for the three who use it: the one writer, the readers, and the
 * listeners.
 */

/** The names that the store's parts have in Redis: a contract, also for who looks in with redis-cli. */
export const keys = Object.freeze({
  /** A hash: `version` (decimal) and `program` (JSON of a ProgramVersion). */
  program: (id: string) => `core-data:program:${id}`,
  /** Counts applied updates. */
  seq: 'core-data:seq',
  /** Names this building of the store; set last. Absent: the store can't be asked. */
  generation: 'core-data:generation',
  /** Says that somebody builds the store, and that nothing has emptied it since. */
  building: (name: string) => `core-data:building:${name}`,
  channel: 'core-data',
});

/**
 * applied: it is the newest now, and was announced. older, same: nothing to do. conflict: equal version,
 * other body; the first stays.
 */
export type ApplyOutcome = 'applied' | 'older' | 'same' | 'conflict';

export interface StoreHead {
  readonly seq: number;
  readonly generation: string | null;
}

/** The store could not be asked. What Redis or its connection said is the message, and the cause. */
export class ProgramStoreError extends Error {
  /**
   * The first word of Redis's answer (`LOADING`, `READONLY`, `MOVED`, …), the connection's own code,
   * `TIMEOUT`, or `UNAVAILABLE`: one of few, fit for a metric's label.
   */
  readonly code: string;

  constructor(code: string, cause: Error) {
    super(cause.message, { cause });
    this.name = 'ProgramStoreError';
    this.code = code;
  }
}

/**
 * Rejects with a ProgramStoreError where Redis does not answer within the command time-out, or not as it
 * should.
 */
export interface ProgramStoreWriter {
  /**
   * Writes the version if it is newer, counts it and announces it, in one step that nobody can look into.
   * What the store holds in its place counts only if it is a program of this id with the version that it
   * says.
   *
   * @param replaces write it whatever the store holds, a newer version too: for who has just asked the table
   */
  apply(program: ProgramVersion, options?: { readonly replaces?: boolean }): Promise<ApplyOutcome>;
  head(): Promise<StoreHead>;
  /** Leaves a mark that goes with everything else if the store is emptied. */
  begin(building: string): Promise<void>;
  /**
   * Declares the store built, as this generation, and takes the mark away. False if the store has another
   * generation, or if the mark of `begin` is gone: then what was built is gone, too.
   *
   * @param building the mark's name, where it is not the generation's
   */
  seal(generation: string, building?: string): Promise<boolean>;
  close(): Promise<void>;
}

/**
 * What the store says of one program, with the generation of the store that said so: only a store of the
 * generation that the reader knows can tell that a program does not exist.
 */
export interface FetchedProgram {
  /** The newest version; null: the store has none that can be read. */
  readonly program: ProgramVersion | null;
  /**
   * Set where something that is no program stands under the program's key: there is one, or was one, and the
   * store can't tell what it is. It was told to `onDamaged`.
   */
  readonly damaged?: true;
  readonly generation: string | null;
}

/** Rejects as the writer does. */
export interface ProgramStoreReader {
  fetch(id: string): Promise<FetchedProgram>;
  head(): Promise<StoreHead>;
  close(): Promise<void>;
}

/** One message on the channel. */
export interface Announcement {
  readonly seq: number;
  readonly program: ProgramVersion;
}

export interface AnnouncementListener {
  /** Redis confirmed the subscription: from now on every announcement of this link arrives, in order. */
  onSubscribed(): void;
  /** `null`: a message came that is no announcement. */
  onAnnouncement(announcement: Announcement | null): void;
  /** The link is gone, or answers no ping; it is being built anew. */
  onLost(cause: string): void;
}

export interface AnnouncementLink {
  /** Connects, subscribes, pings every second, and begins again whenever that fails, until closed. */
  open(listener: AnnouncementListener): void;
  close(): Promise<void>;
}
