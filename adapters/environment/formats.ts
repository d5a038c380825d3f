/**
 * What a variable may have to be beyond a pattern: a test, and for the refusal the words that follow "must
 * be".
 */
interface Format {
  readonly words: string;
  readonly test: (text: string) => boolean;
}

/** Processes of one tracker: more than this, no machine has cores for. */
export const workersMax = 64;

/**
 * By the names under which schemas ask for them. A client that is given something else throws, with the value
 * in its message.
 */
export const formats = {
  'http-url': {
    words: 'a URL that begins with http:// or https://',
    test: (text) => parsed(text, /^https?:\/\//i) !== null,
  },
  'redis-url': {
    words: 'a URL as rediss://user:password@host:6379/0, its special characters percent-encoded',
    test(text) {
      const url = parsed(text, /^rediss?:\/\//i);
      if (url === null || !/^\/?\d*$/.test(url.pathname)) return false;
      return isEncoded(url.username) && isEncoded(url.password);
    },
  },
  workers: {
    words: `auto, or a whole number from 1 to ${workersMax}`,
    test: (text) => text === 'auto' || (/^[1-9]\d?$/.test(text) && Number(text) <= workersMax),
  },
} as const satisfies Readonly<Record<string, Format>>;

export type FormatName = keyof typeof formats;

/** The URL, where it is one that begins so and names a host. */
function parsed(text: string, begins: RegExp): URL | null {
  if (!begins.test(text) || !URL.canParse(text)) return null;
  const url = new URL(text);
  return url.hostname === '' ? null : url;
}

function isEncoded(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
