/**
 * The advertiser's program, as it is decided on. One value is one *version*: it never changes after it was
 * made, is frozen, and is shared by everyone who reads it.
 */
export interface Program {
  readonly deleted: false;
  readonly id: string;
  /** A positive safe integer, chosen by the business system; the newer version wins, wherever two meet. */
  readonly version: number;
  readonly name: string;
  readonly status: ProgramStatus;
  /**
   * The validity window: from (inclusive) … until (exclusive), milliseconds since the epoch; null is open.
   */
  readonly validFromMs: number | null;
  readonly validUntilMs: number | null;
  /** Where a click goes: an absolute http or https URL. */
  readonly landingUrl: string;
  /** Hosts that a deep link may name besides the landing URL's own. */
  readonly deepLinkHosts: readonly string[];
  /** Ids of the keys in the keyring that may sign for this program; never the keys themselves. */
  readonly signingKeyIds: readonly string[];
}

/** A deletion is a version like any other: it keeps older updates from bringing the program back. */
export interface Tombstone {
  readonly deleted: true;
  readonly id: string;
  readonly version: number;
}

/** One version of one program, or of its absence: what a core-data update carries and every store holds. */
export type ProgramVersion = Program | Tombstone;

export type ProgramStatus = 'active' | 'paused';

/** Freezes a program with what it holds, so that the cache can hand the same value to every call. */
export function freezeProgram<T extends ProgramVersion>(program: T): T {
  if (!program.deleted) {
    Object.freeze(program.deepLinkHosts);
    Object.freeze(program.signingKeyIds);
  }
  return Object.freeze(program);
}
