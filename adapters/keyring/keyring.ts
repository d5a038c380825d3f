/**
 * The signing keys, by their ids. They are a secret of their own: programs name ids only, and a key is rotated by
 * adding a new one, naming it in the programs, and taking the old one away once nothing in use is signed with it.
 */
export interface Keyring {
  /** The key of an id; null where there is none. */
  key(id: string): Uint8Array | null;
}

export const emptyKeyring: Keyring = Object.freeze({ key: () => null });

/** HMAC-SHA-256 gains nothing from more, and loses with less (RFC 2104 §3). */
export const keyBytesMin = 32;

export interface ReadKeyring {
  readonly keyring: Keyring;
  /** What can't be used, without a word of the secret itself; none when all is well. */
  readonly problems: readonly string[];
}
