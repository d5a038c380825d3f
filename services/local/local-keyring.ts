import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { keyBytesMin } from '@trackline/adapters/keyring/keyring';
import type { RandomBytes } from '@trackline/domain/message-id';

/** The key that the sample programs name. */
export const localKeyId = 'local-1';

/**
 * The keyring of the stack: the one that the environment names, or else one of its own in the state's folder, which is
 * made with one key and then stays, so that links outlive a restart.
 *
 * @returns its file; null where the environment has the keyring itself
 */
export function openKeyring(
  state: string,
  environment: Readonly<Record<string, string | undefined>>,
  randomBytes: RandomBytes,
): string | null {
  if (environment.TRACKLINE_KEYRING_FILE) return resolve(environment.TRACKLINE_KEYRING_FILE);
  if (environment.TRACKLINE_KEYRING) return null;
  const file = join(state, 'keyring.json');
  if (existsSync(file)) return file;
  const key = new Uint8Array(keyBytesMin);
  randomBytes(key);
  const keyring = { [localKeyId]: Buffer.from(key).toString('base64') };
  writeFileSync(`${file}.new`, `${JSON.stringify(keyring, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return file;
}
