const quote = 0x22;
const comma = 0x2c;
const bracket = 0x5b;
const backslash = 0x5c;
const brace = 0x7b;

/**
 * Whether a text, if it is JSON, may hold more than `max` values, lists and objects: tells it by their commas and
 * opening brackets, outside of strings. A text is to be asked for before `JSON.parse` reads it, which takes 64 ms for
 * 1 MiB of nested brackets or of small objects, and 0.5 ms for as much text in strings (Node 20).
 */
export function mayHoldMoreValues(text: string, max: number): boolean {
  // As many as there can be in so short a text.
  if (text.length < max) return false;
  let count = 1;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === quote) {
      at = endOfString(text, at + 1);
    } else if (code === comma || code === bracket || code === brace) {
      count += 1;
      if (count > max) return true;
    }
  }
  return false;
}

/** Where the string that began before `from` ends: at its quote, or with the text. */
function endOfString(text: string, from: number): number {
  let at = from;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === quote) return at;
    at += code === backslash ? 2 : 1;
  }
  return at;
}
