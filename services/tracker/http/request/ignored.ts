import type { IncomingMessage } from 'node:http';
import type { CallReason } from '@trackline/domain/verdict';

const prefetchToken = /(?:^|[\s,;])prefetch(?:$|[\s,;])/i;

/**
 * Why a call is not meant as an event, null when it may be one. Such a call is answered as any other, with
 * the status that any other would get, and counts neither as accepted nor as rejected.
 */
export function ignoredAs({ method, headers }: IncomingMessage): CallReason | null {
  if (method === 'HEAD') return 'head';
  if (method === 'OPTIONS') return 'preflight';
  // A browser fetching ahead says so in `Sec-Purpose` ("Fetch Standard"), older ones in `Purpose`:
  // `prefetch`, also as `prefetch;prerender`.
  return hasPrefetchToken(headers['sec-purpose']) || hasPrefetchToken(headers.purpose) ? 'prefetch' : null;
}

function hasPrefetchToken(purpose: string | string[] | undefined): boolean {
  return purpose !== undefined && prefetchToken.test(String(purpose));
}
