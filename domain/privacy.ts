/** What may identify a person is cut here, before an event is built: the full value never leaves the call. */

const ipv4 = /^(?:::ffff:)?(\d{1,3}\.\d{1,3}\.\d{1,3})\.\d{1,3}$/i;

/** IPv4 to its /24 (`192.0.2.0`), IPv6 to its /48 (`2001:db8:7::`); `''` for what is neither. */
export function truncateIp(ip: string): string {
  const v4 = ipv4.exec(ip);
  if (v4) return `${v4[1]}.0`;
  if (!ip.includes(':')) return '';
  const zoneless = ip.split('%', 1)[0]!;
  const [head = '', tail] = zoneless.split('::', 2);
  const leading = head === '' ? [] : head.split(':');
  const trailing = tail === undefined || tail === '' ? [] : tail.split(':');
  const missing = 8 - leading.length - trailing.length;
  const groups =
    tail === undefined
      ? leading
      : [...leading, ...Array<string>(Math.max(0, missing)).fill('0'), ...trailing];
  const kept = groups.slice(0, 3).map((group) => Number.parseInt(group, 16));
  if (kept.length < 3 || kept.some((group) => !(group >= 0 && group <= 0xffff))) return '';
  return `${kept.map((group) => group.toString(16)).join(':')}::`;
}

/** A referrer without its query and fragment, at most `charsMax` long. */
export function truncateReferrer(referrer: string, charsMax: number): string {
  const end = referrer.search(/[?#]/);
  return (end === -1 ? referrer : referrer.slice(0, end)).slice(0, charsMax);
}
