/**
 * Some of what is logged and shown was written by strangers: a user agent, a program's name, the words of a broken
 * server. Whatever could move a cursor, change a window's title, turn the direction of text or begin a new line is
 * harmful: control characters (Cc: C0, DEL, C1), format characters (Cf: bidirectional overrides, zero-width ones),
 * line separators, lone surrogates. The two joiners are not, since whole scripts need them.
 */
export const harmful = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** The same JSON, harmless to a terminal and to whoever reads it by lines; its own line breaks stay. */
export function harmlessJson(text: string): string {
  return text.replace(harmful, (character) => (character === '\n' ? character : asUnits(character)));
}

/** Each UTF-16 code unit as `\uXXXX`. */
export function asUnits(character: string): string {
  return Array.from({ length: character.length }, (_, index) => {
    return `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`;
  }).join('');
}
