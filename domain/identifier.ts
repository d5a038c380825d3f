/** Ids that come from outside (of programs, publishers, clicks and keys) all match one pattern; an order's does not. */
export const identifierLengthMax = 64;

/** The pattern, for schemas. */
export const identifierPattern = new RegExp(`^[A-Za-z0-9_-]{1,${identifierLengthMax}}$`);

/**
 * Whether `text` may stand as an id: 1 to 64 letters, digits, `_` or `-`. Being URL-safe, it needs no
 * escaping anywhere.
 */
export function isIdentifier(text: string): boolean {
  return identifierPattern.test(text);
}
