import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * Which pages' scripts may read the answers ("HTTP-redirect fetch" and "CORS protocol" of the Fetch Standard). A
 * call is taken from any page, listed or not: the list decides about reading alone, and about calls that browsers
 * ask for beforehand.
 */
export interface CorsOrigins {
  /** As browsers send them in `Origin`. */
  readonly origins: ReadonlySet<string>;
  /** Whether everybody may, without cookies. */
  readonly any: boolean;
  readonly problems: readonly string[];
}

/** Reads a comma-separated list of origins, or `*`; '' is none. */
export function readCorsOrigins(text: string): CorsOrigins {
  const entries = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  const problems = entries
    .filter((entry) => entry !== '*' && !isOrigin(entry))
    .map(() => 'must be a list of origins, as https://shop.example,https://blog.example:8443, or *');
  return {
    origins: new Set(entries.filter(isOrigin)),
    any: entries.includes('*'),
    problems: [...new Set(problems)],
  };
}

function isOrigin(text: string): boolean {
  return /^https?:[^*]+$/.test(text) && URL.canParse(text) && new URL(text).origin === text;
}

/**
 * The origins of a page on the admin port: by the address it is bound to, and where that is loopback (or every
 * address), by each name of loopback.
 */
export function pageOriginsOf(adminUrl: string): string[] {
  const { hostname, port, origin } = new URL(adminUrl);
  const isLocal = [...loopback, '0.0.0.0', '[::]'].includes(hostname);
  return isLocal ? loopback.map((host) => new URL(`http://${host}:${port}`).origin) : [origin];
}

const loopback = ['127.0.0.1', '[::1]', 'localhost'];

const maxAgeS = 86_400;

/**
 * Sets what tells a page's script whether it may read the answer, on the raw response: whatever answers leaves it there
 * (answers/send.ts).
 *
 * @param pageOrigins those of our own page to try the calls, which needs no cookies
 */
export function allowOrigin(
  cors: CorsOrigins,
  pageOrigins: ReadonlySet<string>,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const { origin } = request.headers;
  // What a cache keeps for one origin is not for another.
  if (cors.origins.size > 0) response.setHeader('vary', 'Origin');
  if (origin === undefined) return;
  if (cors.origins.has(origin)) {
    response.setHeader('access-control-allow-origin', origin);
    response.setHeader('access-control-allow-credentials', 'true');
  } else if (cors.any) {
    response.setHeader('access-control-allow-origin', '*');
  } else if (pageOrigins.has(origin)) {
    response.setHeader('vary', 'Origin');
    response.setHeader('access-control-allow-origin', origin);
  } else {
    return;
  }
  response.setHeader('access-control-expose-headers', 'x-tracking-verdict, x-tracking-redirect, retry-after');
  if (request.method !== 'OPTIONS') return;
  response.setHeader('access-control-allow-methods', 'GET, HEAD, POST');
  response.setHeader('access-control-allow-headers', 'content-type');
  response.setHeader('access-control-max-age', String(maxAgeS));
}
