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
    ],
  };
}
