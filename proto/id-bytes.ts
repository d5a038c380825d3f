/**
 * Ids as the 16 bytes that they stand for: a UUID (RFC 9562 §4) in its canonical lower-case form, and 128 bits in
 * base64url (RFC 4648 §5). Only texts that come back as they were have such bytes. Writing allocates nothing.
 */

export const idBytes = 16;

/** What no digit stands for: beyond the values of all, as are the codes of characters that are no ASCII. */
const none = 0x80;
const hexDigits = digits('0123456789abcdef');
const base64urlDigits = digits('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_');

const dash = 0x2d;
/** Where the two digits of each byte begin. */
const hexPlaces = Uint8Array.of(0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34);

/** Writes a canonical UUID's bytes to `at`; gives false, having perhaps written in vain, where the text is none. */
export function writeUuid(text: string, into: Uint8Array, at: number): boolean {
  if (text.length !== 36) return false;
  let wrong =
    (text.charCodeAt(8) ^ dash) |
    (text.charCodeAt(13) ^ dash) |
    (text.charCodeAt(18) ^ dash) |
    (text.charCodeAt(23) ^ dash);
  if (wrong !== 0) return false;
  for (let i = 0; i < idBytes; i++) {
    const place = hexPlaces[i]!;
    const first = text.charCodeAt(place);
    const second = text.charCodeAt(place + 1);
    const high = hexDigits[first]!;
    const low = hexDigits[second]!;
    wrong |= first | second | high | low;
    into[at + i] = (high << 4) | low;
  }
  return wrong < none;
}

/** The same of 22 characters of base64url, of which the last has no bit too many. */
export function writeBase64url(text: string, into: Uint8Array, at: number): boolean {
  if (text.length !== 22) return false;
  let wrong = 0;
  let bits = 0;
  let to = at;
  for (let i = 0; i < 22; i++) {
    const code = text.charCodeAt(i);
    const digit = base64urlDigits[code]!;
    wrong |= code | digit;
    bits = (bits << 6) | digit;
    if ((i & 3) === 3) {
      into[to++] = bits >>> 16;
      into[to++] = bits >>> 8;
      into[to++] = bits;
      bits = 0;
    }
  }
  into[to] = bits >>> 4;
  return wrong < none && (bits & 0xf) === 0;
}

/** The time in a UUIDv7 whose bytes begin at `at`, in ms since the epoch. */
export function timeOfUuid(bytes: Uint8Array, at: number): number {
  const high = (bytes[at]! << 8) | bytes[at + 1]!;
  const low = (bytes[at + 2]! << 24) | (bytes[at + 3]! << 16) | (bytes[at + 4]! << 8) | bytes[at + 5]!;
  return high * 2 ** 32 + (low >>> 0);
}

/** The canonical UUID of 16 bytes; of any other number of bytes a text that is none. */
export function uuidText(bytes: Uint8Array): string {
  const hex = asBuffer(bytes).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Any bytes in base64url. */
export function base64urlText(bytes: Uint8Array): string {
  return asBuffer(bytes).toString('base64url');
}

function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

function digits(alphabet: string): Uint8Array {
  const values = new Uint8Array(128).fill(none);
  for (const [value, digit] of [...alphabet].entries()) values[digit.charCodeAt(0)] = value;
  return values;
}
