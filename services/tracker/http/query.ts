/**
 * The query of a call. Only what we know is read: an unknown parameter is not even decoded, whatever it
 * holds. Of a parameter that comes twice the first counts, even if it is empty. (A type alias, and no
 * interface, since Fastify wants to index it by any name.)
 */
export type CallQuery = {
  /** Who showed the ad; '' when it was not said. */
  readonly publisher: string;
  /** `b`: a beacon, which wants no body. */
  readonly f: string;
  /** The event type, at the JSON endpoint. */
  readonly type: string;
  /** A known parameter has a broken escape. */
  readonly malformed: boolean;
};

const none: CallQuery = Object.freeze({ publisher: '', f: '', type: '', malformed: false });

/** Reads the part of a URL behind its `?`. Never throws. */
export function parseQuery(text: string): CallQuery {
  if (text === '') return none;
  // Undefined until it is there, null where it can't be read.
  let publisher: string | null | undefined;
  let f: string | null | undefined;
  let type: string | null | undefined;
  for (let from = 0; from < text.length; ) {
    let to = text.indexOf('&', from);
    if (to === -1) to = text.length;
    let mid = text.indexOf('=', from);
    if (mid === -1 || mid > to) mid = to;
    const name = text.slice(from, mid);
    if (name === 'publisher' && publisher === undefined) publisher = decoded(text.slice(mid + 1, to));
    else if (name === 'f' && f === undefined) f = decoded(text.slice(mid + 1, to));
    else if (name === 'type' && type === undefined) type = decoded(text.slice(mid + 1, to));
    from = to + 1;
  }
  return {
    publisher: publisher ?? '',
    f: f ?? '',
    type: type ?? '',
    malformed: publisher === null || f === null || type === null,
  };
}

/** A value as forms write it, or null where its escapes are broken. */
function decoded(value: string): string | null {
  const spaced = value.includes('+') ? value.replaceAll('+', ' ') : value;
  if (!spaced.includes('%')) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    return null;
  }
}
