import { isIP } from 'node:net';

export interface AwsTarget {
  readonly region: string;
  /** Where the service is, if not at AWS: the embedded stack's endpoint. */
  readonly endpoint?: string | undefined;
}

/**
 * The options that every AWS client shares. An endpoint on loopback is an embedded part, which takes any
 * credentials: it gets made-up ones, so that nobody needs an AWS account to run the stack, and nobody's real
 * key is sent to it. Everywhere else the SDK's own chain finds them.
 */
export function clientOptions({ region, endpoint }: AwsTarget) {
  if (endpoint === undefined) return { region };
  if (!isLoopback(new URL(endpoint).hostname)) return { region, endpoint };
  return { region, endpoint, credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
}

function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' || hostname === '[::1]' || (isIP(hostname) === 4 && hostname.startsWith('127.'))
  );
}
