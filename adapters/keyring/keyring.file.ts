import { readNamedFile } from '../environment/named-file.ts';
import { emptyKeyring, type ReadKeyring } from './keyring.ts';
import { keyringBytesMax, readKeyring, useless } from './read-keyring.ts';

/** Where a keyring comes from: a file, or its text where secrets come as variables. */
export interface KeyringSource {
  readonly file?: string | undefined;
  readonly text?: string | undefined;
}

/** Loads the keyring, once, at the start; the empty one where no source is named. Never throws. */
export function loadKeyring({ file, text }: KeyringSource): ReadKeyring {
  if (file !== undefined && text !== undefined)
    return useless('it comes from a file or from a text, not both');
  if (text !== undefined) return readKeyring(text);
  if (file === undefined) return { keyring: emptyKeyring, problems: [] };
  const read = readNamedFile(file, keyringBytesMax);
  return read.ok ? readKeyring(read.text) : useless(read.problem);
}
