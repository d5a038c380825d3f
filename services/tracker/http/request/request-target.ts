const origin = /^https?:\/\/[^/?#]*/i;

/**
 * The path that a request is for: its target without the query, and without the origin where the target is a
 * whole URL, as it is allowed to be (RFC 9112 §3.2.2).
 */
export function pathOf(target: string): string {
  const local = target.startsWith('/') ? target : target.replace(origin, '');
  return local.split(/[?#]/, 1)[0]!;
}
