import type { IncomingHttpHeaders } from 'node:http';
import type { CallReason } from '@trackline/domain/verdict';
import type { FastifyRequest } from 'fastify';
import type { Limits } from '../../limits.ts';
import { ignoredAs } from './ignored.ts';
import { callerAddress, type Trusts } from './trusted-proxies.ts';
import { visitorCookieIn } from './visitor.ts';

/** Who calls, as far as a request tells; what identifies a person is not to be kept as it is. */
export interface Caller {
  /** The address, '' where it can't be told. */
  readonly ip: string;
  readonly headers: IncomingHttpHeaders;
  /** The value of the visitor cookie, as it was sent; null where there is none. */
  readonly visitorCookie: string | null;
  /** HEAD or a prefetch: answered as any other, but no event. */
  readonly ignored: CallReason | null;
}

interface CallerParts {
  readonly trusts: Trusts;
  readonly limits: Pick<Limits, 'proxyHopsMax'>;
}

/**
 * To be asked at the start of a call: of a connection that is gone the address can't be told, and by the end of a cache
 * miss it may be gone.
 */
export function callerOf(request: FastifyRequest, { trusts, limits }: CallerParts): Caller {
  const { headers, socket } = request.raw;
  // Several such headers are one list (RFC 9110 §5.2), which Node has put together.
  const forwardedFor = headers['x-forwarded-for'] as string | undefined;
  return {
    ip: callerAddress(socket.remoteAddress ?? '', forwardedFor, trusts, limits.proxyHopsMax),
    headers,
    visitorCookie: visitorCookieIn(headers.cookie),
    ignored: ignoredAs(request.raw),
  };
}
