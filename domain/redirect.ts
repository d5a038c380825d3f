import type { Program } from './program.ts';
import type { RedirectReason } from './verdict.ts';

export type CheckedTarget = { readonly url: URL } | { readonly reason: RedirectReason };

/**
 * Where the target's authority stands in its text, however many slashes precede it: the URL Standard takes any
 * number of them.
 */
const authority = /^(?:[^/?#:]*:)?\/*([^/?#]*)/;

/**
 * No name in the DNS is longer (RFC 1035 §2.3.4). Bounds are needed before `URL` reads it: its IDNA takes 9 ms for
 * 2,600 different ideographs in the host, 77 µs for 240 of them, 33 µs for those in four labels, and 3 µs for 2,600 in
 * the path (Node 20).
 */
const authorityCharsMax = 255;

/** Nor is a part of one (RFC 1035 §2.3.4), and no character makes less than an octet of it. */
const longLabel = /[^.]{64}/u;

/**
 * What the URL Standard drops without a word, or reads as a slash: a target that relies on it is meant to deceive
 * somebody.
 */
const deceptive = /[\\\p{Cc}]|^\s|\s$/u;

/** `URL` writes every form of an IPv4 address (decimal, hex, octal, other digits) so, and IPv6 in brackets. */
const address = /^\[|^\d+\.\d+\.\d+\.\d+$/;

/**
 * Whether a click may be sent to `target`, a text from outside. The URL Standard's own reader decides, and what it
 * read is what may be sent on, by its `href`, never the text.
 *
 * @param hosts the hosts that it may name, in lower case, an entry with a leading dot standing for all hosts below
 *   it; null where somebody with a key vouches for the target: then any host and port may be named, but still no
 *   scheme other than https, and no credentials
 */
export function checkTarget(target: string, hosts: readonly string[] | null): CheckedTarget {
  const named = authority.exec(target)![1]!;
  if (deceptive.test(target) || named.length > authorityCharsMax || longLabel.test(named)) {
    return { reason: 'target_malformed' };
  }
  let url: URL;
  try {
    url = new URL(target);
  } catch {
    return { reason: 'target_malformed' };
  }
  if (url.protocol !== 'https:') return { reason: 'target_scheme' };
  if (url.username !== '' || url.password !== '') return { reason: 'target_credentials' };
  if (hosts === null) return { url };
  if (url.port !== '') return { reason: 'target_port' };
  if (address.test(url.hostname)) return { reason: 'target_address' };
  return isAmong(url.hostname, hosts) ? { url } : { reason: 'target_host' };
}

/** The hosts that a deep link of the program may name unsigned: the landing URL's own, if it is https, and the list. */
export function linkHosts({ landingUrl, deepLinkHosts }: Program): readonly string[] {
  const { protocol, hostname } = new URL(landingUrl);
  return protocol === 'https:' ? [hostname, ...deepLinkHosts] : deepLinkHosts;
}

/** A name with an empty label, as one that ends in a dot, is none of them: entries hold none. */
function isAmong(hostname: string, hosts: readonly string[]): boolean {
  if (`.${hostname}.`.includes('..')) return false;
  return hosts.some((host) => (host.startsWith('.') ? hostname.endsWith(host) : hostname === host));
}
