/**
 * Macros of a URL: `{click_id}`, `{program_id}`, `{publisher_id}`, `{sub1}` … `{sub32}`, with the braces as they are
 * or percent-encoded, as the URL Standard writes them in a path.
 */

export interface MacroValues {
  readonly clickId: string;
  readonly programId: string;
  readonly publisherId: string;
  /** The sub-ids, by their names `sub1`, `sub2`, … */
  readonly params: Readonly<Record<string, string>>;
}

/** A URL cut at its macros: what stands before each, then the rest. */
export interface MacroTemplate {
  readonly before: readonly string[];
  readonly names: readonly string[];
  readonly rest: string;
}

const macro = /(?:\{|%7[Bb])(click_id|program_id|publisher_id|sub(?:[1-9]|[12]\d|3[0-2]))(?:\}|%7[Dd])/g;

/** Scheme and authority: no macro in there is one, or a caller could choose the host. */
const head = /^(?:[^/?#:]*:)?\/*[^/?#]*/;

/** Cuts a URL at its macros; null where it has none. */
export function compileMacros(url: string): MacroTemplate | null {
  const before: string[] = [];
  const names: string[] = [];
  const headChars = head.exec(url)![0].length;
  let end = 0;
  for (const { 0: text, 1: name, index } of url.matchAll(macro)) {
    if (index < headChars) continue;
    before.push(url.slice(end, index));
    names.push(name!);
    end = index + text.length;
  }
  return names.length === 0 ? null : { before, names, rest: url.slice(end) };
}

/**
 * The URL with its values, percent-encoded, so that none of them can end the part that it stands in. What a call
 * does not say is ''.
 *
 * @returns null as soon as it is longer than `charsMax`: a short URL may name a long value a thousand times
 */
export function fillMacros(
  { before, names, rest }: MacroTemplate,
  values: MacroValues,
  charsMax: number,
): string | null {
  let filled = '';
  for (let index = 0; index < names.length; index += 1) {
    filled += before[index]! + encoded(valueNamed(names[index]!, values));
    if (filled.length > charsMax) return null;
  }
  filled += rest;
  return filled.length > charsMax ? null : filled;
}

function valueNamed(name: string, { clickId, programId, publisherId, params }: MacroValues): string {
  if (name === 'click_id') return clickId;
  if (name === 'program_id') return programId;
  if (name === 'publisher_id') return publisherId;
  return params[name] ?? '';
}

/**
 * As RFC 3986 §2.3 has it: all but letters, digits and `-._~` is encoded. Encoding does not keep `.` and `..` from
 * meaning another folder: where that is all of the value, it counts as none.
 */
function encoded(value: string): string {
  if (value === '.' || value === '..') return '';
  return encodeURIComponent(value.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
