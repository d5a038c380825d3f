/**
 * Reads one parameter of a raw query string, the first of its name. Only what is known is ever looked at, so that what a page adds to a pixel's URL costs nothing and breaks nothing.
 *
 * @returns its decoded value, `''` where it is absent, or null where its escapes are broken
 */
export function parameter(query: string, name: string): string | null {
  for (let from = 0; from < query.length; ) {
    const ampersand = query.indexOf('&', from);
    const to = ampersand === -1 ? query.length : ampersand;
    if (query.startsWith(name, from) && (from + name.length === to || query[from + name.length] === '=')) {
      return decoded(query.slice(from + name.length + 1, to));
    }
    from = to + 1;
  }
  return '';
}

function decoded(text: string): string | null {
  if (!text.includes('%') && !text.includes('+')) return text;
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return null;
  }
}
