import { isIdentifier } from '@trackline/domain/identifier';
import { emptyKeyring, type Keyring, keyBytesMin, type ReadKeyring } from './keyring.ts';

export const keyringBytesMax = 64 * 1024;

/** Base64 or base64url (RFC 4648 §4, §5), with its padding or without. */
const base64 = /^[A-Za-z0-9+/_-]+={0,2}$/;

/**
 * Reads a keyring from its text: a JSON object of key ids, each with a key of at least 32 bytes in base64 or
 * base64url. A keyring of which anything can't be used has no keys at all.
 *
 * @returns problems that name the key's id, never the key, nor any other part of the text
 */
export function readKeyring(text: string): ReadKeyring {
  if (Buffer.byteLength(text) > keyringBytesMax) return useless(`it is larger than ${keyringBytesMax} bytes`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // What JSON.parse says may quote the text.
    return useless('it is not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return useless('it must be one JSON object of key ids and keys');
  }
  const keys = new Map<string, Uint8Array>();
  const problems: string[] = [];
  for (const [index, [id, key]] of Object.entries(value).entries()) {
    const bytes = typeof key === 'string' && base64.test(key) ? Buffer.from(key, 'base64') : null;
    if (!isIdentifier(id)) {
      problems.push(`the id of key ${index + 1} must be 1 to 64 letters, digits, "_" or "-"`);
    } else if (bytes === null || bytes.length < keyBytesMin) {
      problems.push(`the key ${id} must be base64 of at least ${keyBytesMin} bytes`);
    } else {
      keys.set(id, bytes);
    }
  }
  return problems.length > 0 ? { keyring: emptyKeyring, problems } : { keyring: keyringOf(keys), problems };
}

function keyringOf(keys: ReadonlyMap<string, Uint8Array>): Keyring {
  return Object.freeze({ key: (id: string) => keys.get(id) ?? null });
}

/** A keyring of which nothing can be used, and why. */
export function useless(problem: string): ReadKeyring {
  return { keyring: emptyKeyring, problems: [problem] };
}
