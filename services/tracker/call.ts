import { identifierLengthMax, isIdentifier } from '@trackline/domain/identifier';
import { truncateIp, truncateReferrer } from '@trackline/domain/privacy';
import type { EventType } from '@trackline/domain/tracking-event';
import type { CallReason } from '@trackline/domain/verdict';
import type { FastifyRequest } from 'fastify';
import { limits } from './limits.ts';
import { parameter } from './query.ts';
import type { Call } from './track.ts';

/** A request of a tracking route: its query comes raw (server.ts). */
export type TrackingRequest = FastifyRequest<{
  Params: { programId: string };
  Querystring: { raw: string };
}>;

/** Reads a tracking request, and truncates what identifies a person. A reason: why it can't be one. */
export function readCall(
  request: TrackingRequest,
  type: EventType,
  acceptsUnverified: boolean,
): Call | CallReason {
  const { programId } = request.params;
  if (programId === '') return 'route_unknown';
  const publisherId = parameter(request.query.raw, 'publisher');
  if (publisherId === null) return 'malformed';
  const reason = idReason(programId) ?? (publisherId === '' ? null : idReason(publisherId));
  if (reason !== null) return reason;
  const { headers } = request;
  return {
    type,
    programId,
    publisherId,
    ip: truncateIp(request.ip),
    userAgent: (headers['user-agent'] ?? '').slice(0, limits.userAgentCharsMax),
    referrer: truncateReferrer(headers.referer ?? '', limits.referrerCharsMax),
    acceptsUnverified,
    ignored: request.method === 'HEAD' ? 'head' : isPrefetch(request) ? 'prefetch' : null,
  };
}

function idReason(id: string): CallReason | null {
  if (id.length > identifierLengthMax) return 'id_too_long';
  return isIdentifier(id) ? null : 'id_malformed';
}

const prefetchToken = /(^|[\s;,])prefetch($|[\s;,])/i;

/** The header of Fetch's "Sec-Purpose", and the older "Purpose"; also `prefetch;prerender`. */
function isPrefetch({ headers }: FastifyRequest): boolean {
  const purpose = headers['sec-purpose'] ?? headers.purpose;
  return purpose !== undefined && prefetchToken.test(String(purpose));
}
