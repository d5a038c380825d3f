import type { IncomingMessage } from 'node:http';

const origin = /^https?:\/\/[^/?#]*/i;

const methodsByPath: readonly (readonly [path: RegExp, methods: string])[] = [
  [/^\/v1\/(?:impression|click|events)\/[^/]*$/, 'GET, HEAD, OPTIONS'],
  [/^\/v1\/transaction\/[^/]*$/, 'GET, HEAD, POST, OPTIONS'],
  [/^\/v1\/events$/, 'POST, OPTIONS'],
];

/** The methods that a target's path takes, as `Allow` lists them; null where nothing is there. */
export function methodsOf(target: string): string | null {
  const path = pathOf(target);
  return methodsByPath.find(([pattern]) => pattern.test(path))?.[1] ?? null;
}

/** Whether a request may bring a body that somebody reads. */
export function takesBody({ method, url = '' }: IncomingMessage): boolean {
  return method === 'POST' && (methodsOf(url)?.includes('POST') ?? false);
}

/**
 * The path that a request is for: its target without the query, and without the origin where the target is a
 * whole URL, as it is allowed to be (RFC 9112 §3.2.2).
 */
export function pathOf(target: string): string {
  const local = target.startsWith('/') ? target : target.replace(origin, '');
  return local.split(/[?#]/, 1)[0]!;
}
