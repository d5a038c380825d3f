import type { IncomingHttpHeaders } from 'node:http';
import type { CallReason } from '@trackline/domain/verdict';
import type { FastifyRequest } from 'fastify';
import { ignoredAs } from './ignored.ts';
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

/**
 * To be asked at the start of a call: of a connection that is gone the address can't be told, whatever Fastify's
 * type says, and by the end of a cache miss it may be gone.
 */
export function callerOf(request: FastifyRequest): Caller {
  const { headers } = request.raw;
  const ip: string | undefined = request.ip;
  return {
    ip: ip ?? '',
    headers,
    visitorCookie: visitorCookieIn(headers.cookie),
    ignored: ignoredAs(request.raw),
  };
}
