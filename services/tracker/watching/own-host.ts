import { isIP } from 'node:net';

/**
 * Whether a call to a port of loopback names that host. A page from elsewhere may have its own name resolve to
 * loopback (DNS rebinding), and is then, to the browser, at home on this port; but the browser still says that name.
 *
 * @param bound the address that the port is open on: on any other than loopback, its names are the operator's
 * @param hostname of the `Host` header, without the port; '' where there is none
 */
export function isOwnHost(bound: string, hostname: string): boolean {
  if (!bound.startsWith('127.') && bound !== '::1') return true;
  return (
    hostname === '' ||
    hostname.toLowerCase() === 'localhost' ||
    isIP(hostname.replace(/^\[(.*)\]$/, '$1')) !== 0
  );
}
