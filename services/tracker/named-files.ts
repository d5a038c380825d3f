import { accessSync, constants, mkdirSync } from 'node:fs';
import type { Keyring } from '@trackline/adapters/keyring/keyring';
import { loadKeyring } from '@trackline/adapters/keyring/keyring.file';
import { type IabList, loadIabList } from './bots/iab-list.ts';

/** What is loaded once, at the start. */
export interface NamedFiles {
  /** Empty where none is named. */
  readonly keyring: Keyring;
  /** Null where none is named. */
  readonly iabList: IabList | null;
  readonly problems: readonly string[];
}

/**
 * Loads what the environment names. Never throws: what can't be used is a problem, named by its variable, without a
 * word of a secret.
 */
export function loadNamedFiles(environment: Readonly<Record<string, string | undefined>>): NamedFiles {
  const {
    TRACKLINE_KEYRING_FILE: file,
    TRACKLINE_KEYRING: text,
    TRACKLINE_IAB_BOTS_FILE: bots,
    TRACKLINE_SPOOL_DIR: spool,
  } = environment;
  const keyring = loadKeyring({ file: file || undefined, text: text || undefined });
  const iab = bots ? loadIabList(bots) : { list: null, problems: [] };
  const variable = file ? 'TRACKLINE_KEYRING_FILE' : 'TRACKLINE_KEYRING';
  return {
    keyring: keyring.keyring,
    iabList: iab.list,
    problems: [
      ...keyring.problems.map((problem) => `${variable}: ${problem}`),
      ...iab.problems.map((problem) => `TRACKLINE_IAB_BOTS_FILE: ${problem}`),
      ...(spool ? unwritable(spool) : []).map((problem) => `TRACKLINE_SPOOL_DIR: ${problem}`),
    ],
  };
}

/** Makes the folder unless it is there. Returns why it can't be written to. */
function unwritable(folder: string): string[] {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.W_OK | constants.X_OK);
    return [];
  } catch (error) {
    return [`must be a folder that can be written to (${(error as NodeJS.ErrnoException).code})`];
  }
}
