/** What may identify a person is cut here, before an event is built: the full value never leaves the call. */

const octet = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
/** IPv4, also as an IPv6 socket names it. */
const ipv4 = new RegExp(`^(?:::ffff:)?(${octet}\\.${octet}\\.${octet})\\.${octet}$`, 'i');
const ipv4Tail = new RegExp(`(?<=:)(${octet})\\.(${octet})\\.(${octet})\\.(${octet})$`);
const ipv6Group = /^[0-9a-f]{1,4}$/i;

/** The /16 of 6to4 (RFC 3056 §2): behind it stands the IPv4 address of whose network it is. */
const sixToFour = 0x2002;

/**
 * IPv4 to its /24 (`192.0.2.0`), IPv6 to its /48 (`2001:db8:7::`, as RFC 5952 writes it), or to its /40 where an
 * IPv4 address fills the /48; `''` for what is neither.
 */
export function truncateIp(ip: string): string {
  const v4 = ipv4.exec(ip);
  if (v4) return `${v4[1]}.0`;
  const groups = ipv6Groups(ip);
  if (!groups) return '';
  const mapped = mappedIpv4(groups);
  if (mapped !== null) return truncateIp(mapped);
  if (groups[0] === sixToFour) groups[2]! &= 0xff00;
  return prefixOf(groups, 3);
}

/**
 * The smallest network that one caller is sure to have to themselves, to count calls by: an IPv4 address as it
 * is, of IPv6 its /64; '' for what is neither, so that all such are counted as one. Never to be kept.
 */
export function networkOf(ip: string): string {
  if (ipv4.test(ip)) return ip.slice(ip.lastIndexOf(':') + 1);
  const groups = ipv6Groups(ip);
  return groups === null ? '' : (mappedIpv4(groups) ?? prefixOf(groups, 4));
}

/** The IPv4 address that IPv6 stands for, however it is written (RFC 4291 §2.5.5.2); null where it stands for none. */
function mappedIpv4(groups: readonly number[]): string | null {
  if (groups[5] !== 0xffff || groups.slice(0, 5).some((group) => group !== 0)) return null;
  const [high, low] = [groups[6]!, groups[7]!];
  return `${high >> 8}.${high & 0xff}.${low >> 8}.${low & 0xff}`;
}

/** The first groups of an IPv6 address, as RFC 5952 writes a network. */
function prefixOf(groups: readonly number[], count: number): string {
  const kept = groups.slice(0, groups.findLastIndex((group, index) => index < count && group !== 0) + 1);
  return `${kept.map((group) => group.toString(16)).join(':')}::`;
}

/** Longer than any address with its zone: the name of an interface (RFC 4007 §11). */
const addressCharsMax = 128;

/** The eight groups of an IPv6 address, its zone left out; null for what is none. */
function ipv6Groups(ip: string): number[] | null {
  if (ip.length > addressCharsMax) return null;
  const hex = ip
    .replace(/%.*$/s, '')
    .replace(ipv4Tail, (_, a, b, c, d) => `${pair(a, b).toString(16)}:${pair(c, d).toString(16)}`);
  const [head, tail, ...more] = hex.split('::').map((half) => (half === '' ? [] : half.split(':')));
  if (!head || more.length > 0) return null;
  const zeros = 8 - head.length - (tail?.length ?? 0);
  if (tail ? zeros < 1 : zeros !== 0) return null;
  const groups = [...head, ...Array<string>(zeros).fill('0'), ...(tail ?? [])];
  return groups.every((group) => ipv6Group.test(group))
    ? groups.map((group) => Number.parseInt(group, 16))
    : null;
}

function pair(high: string, low: string): number {
  return Number(high) * 256 + Number(low);
}

/** A referrer without its query and fragment, at most `charsMax` long. */
export function truncateReferrer(referrer: string, charsMax: number): string {
  const kept = referrer.slice(0, charsMax);
  const end = kept.search(/[?#]/);
  return end === -1 ? kept : kept.slice(0, end);
}
