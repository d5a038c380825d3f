import { asUnits, harmful, harmlessJson } from '@trackline/adapters/log/harmless';

/**
 * `text` in one line that does nothing to a terminal, though strangers wrote it: `\n`, `\x1b`, `\u202e` stand for the
 * characters.
 */
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
  return harmlessJson(JSON.stringify(value, null, 2));
}

const short: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function escaped(character: string): string {
  const code = character.codePointAt(0)!;
  return short[character] ?? (code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : asUnits(character));
}
