/**
 * Data goes to a terminal, and some of it was written by strangers: a user agent, a referrer, a program's
 * name. Whatever could move the cursor, change the window's title or turn the direction of text is shown as
 * an escape instead: control characters (Cc: C0, DEL, C1), format characters (Cf: bidirectional overrides,
 * zero-width ones), line separators, lone surrogates. The two joiners stay, since whole scripts need them.
 */
const harmful = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** `text` in one line that does nothing to a terminal: `\n`, `\x1b`, `\u202e` stand for the characters. */
export function visible(text: string): string {
  return text.replace(harmful, escaped);
}

/** As `visible`, but keeps the text's own lines. */
export function visibleLines(text: string): string {
  return text.split('\n').map(visible).join('\n');
}

/**
 * `value` as one JSON document, indented; it is as harmless as `visible` text, and says the same to a parser.
 */
export function visibleJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(harmful, (character) =>
    character === '\n' ? character : units(character),
  );
}

const short: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function escaped(character: string): string {
  const code = character.codePointAt(0)!;
  return short[character] ?? (code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : units(character));
}

/** Each UTF-16 code unit as `\uXXXX`. */
function units(character: string): string {
  return Array.from({ length: character.length }, (_, index) => {
    return `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`;
  }).join('');
}
