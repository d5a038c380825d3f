/** Ids that come from outside (programs, publishers, orders of a caller's making) all match one pattern. */
export const identifierLengthMax = 64;

/** The pattern, for schemas. */
export const identifierPattern = /^[A-Za-z0-9_-]{1,64}$/;

/**
 * Whether `text` may stand as an id: 1 to 64 letters, digits, `_` or `-`. Being URL-safe, it needs no
 * escaping anywhere.
 */
export function isIdentifier(text: string): boolean {
  return identifierPattern.test(text);
}
