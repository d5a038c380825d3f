import { BlockList, isIP } from 'node:net';

/**
 * Whose `X-Forwarded-For` is believed. A range that takes in whole registries of addresses would let every
 * caller choose their own address, so it is refused: IPv4 wider than /8, IPv6 wider than /7 (all unique local
 * addresses), and IPv6 that holds all of IPv4, mapped.
 */
const prefixMin = { 4: 8, 6: 7 } as const;

export interface TrustedProxies {
  /** Addresses and CIDR ranges, checked. */
  readonly ranges: readonly string[];
  readonly problems: readonly string[];
}

/** Reads a comma-separated list of addresses and CIDR ranges; '' is none. */
export function readTrustedProxies(text: string): TrustedProxies {
  const ranges: string[] = [];
  const problems: string[] = [];
  for (const entry of text.split(',').map((part) => part.trim())) {
    if (entry === '') continue;
    const problem = problemOf(entry);
    if (problem === null) ranges.push(entry);
    else problems.push(problem);
  }
  return { ranges, problems };
}

/** Tells of an address whether it is one of our proxies'. */
export type Trusts = (address: string) => boolean;

export function trustOf(ranges: readonly string[]): Trusts {
  if (ranges.length === 0) return () => false;
  const trusted = new BlockList();
  for (const range of ranges) {
    const [address = '', prefix] = range.split('/');
    if (prefix === undefined) trusted.addAddress(address, typeOf(address));
    else trusted.addSubnet(address, Number(prefix), typeOf(address));
  }
  return (address) => isIP(address) !== 0 && trusted.check(address, typeOf(address));
}

/**
 * Whose call it is: who is connected, or, where that is a proxy of ours, whom it names last in `X-Forwarded-For`, and
 * so on: the rightmost address that is not ours.
 *
 * @param connected '' where it can't be told
 * @param hopsMax as many entries are looked at, from the right: a header may hold thousands
 */
export function callerAddress(
  connected: string,
  forwardedFor: string | undefined,
  trusts: Trusts,
  hopsMax: number,
): string {
  let address = connected;
  let end = forwardedFor?.length ?? 0;
  for (let hop = 0; hop < hopsMax && end > 0 && trusts(address); hop++) {
    const comma = forwardedFor!.lastIndexOf(',', end - 1);
    const named = forwardedFor!.slice(comma + 1, end).trim();
    if (named !== '') address = withoutPort(named);
    end = comma;
  }
  return address;
}

/** An address and a port, as some proxies name who called (RFC 7239 §6.1 has the two forms). */
const withPort = /^(?:\[([\da-f:.]+)\](?::\d{1,5})?|(\d{1,3}(?:\.\d{1,3}){3}):\d{1,5})$/i;

function withoutPort(named: string): string {
  const [, ipv6, ipv4] = withPort.exec(named) ?? [];
  return ipv6 ?? ipv4 ?? named;
}

function typeOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}

function problemOf(entry: string): string | null {
  const [address = '', prefixText, ...rest] = entry.split('/');
  const family = isIP(address);
  if (family !== 4 && family !== 6)
    return 'must be a list of addresses and CIDR ranges, as 10.0.0.0/8,fd00::/8';
  if (prefixText === undefined) return null;
  const bits = family === 4 ? 32 : 128;
  if (rest.length > 0 || !/^\d{1,3}$/.test(prefixText) || Number(prefixText) > bits) {
    return `must give each range a prefix length of 0 to ${bits}`;
  }
  const prefix = Number(prefixText);
  if (prefix < prefixMin[family] || (family === 6 && holdsAllOfIpv4(address, prefix))) {
    return 'must not trust everybody: a range in it is wider than any network of proxies';
  }
  return null;
}

function holdsAllOfIpv4(address: string, prefix: number): boolean {
  if (prefix > 96 + prefixMin[4]) return false;
  const range = new BlockList();
  range.addSubnet(address, prefix, 'ipv6');
  return range.check('::ffff:0:0', 'ipv6') || range.check('::ffff:808:808', 'ipv6');
}
