import { type CallReason, reasons } from '@trackline/domain/verdict';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errorBody, jsonType } from '../../error-body.ts';
import { consentOf } from '../request/consent.ts';
import { ignoredAs } from '../request/ignored.ts';
import { parseQuery } from '../request/read-parameters.ts';
import { visitorCookieIn } from '../request/visitor.ts';
import type { TrackingParts } from '../tracking/call.ts';
import { beginAnswer } from './answer.ts';
import { isForPixel, sendPixel } from './pixel.ts';

/**
 * Answers and counts what never becomes an event's call; on a pixel's path with the pixel, if an image tag may have
 * asked. Who refuses is forgotten here, too.
 */
export function refuse(
  parts: Pick<TrackingParts, 'tally' | 'random' | 'visitors' | 'consent' | 'consentWithoutSignal'>,
  request: FastifyRequest,
  reply: FastifyReply,
  reason: CallReason,
): FastifyReply {
  const told = ignoredAs(request.raw) ?? reason;
  parts.tally.count('none', told);
  beginAnswer(parts, reply, reasons[reason].status, told);
  if (visitorCookieIn(request.headers.cookie) !== null) {
    // Of a path that could not be read, nor found, nobody has read the query.
    const query = parseQuery(request.url.split('?', 2)[1] ?? '');
    const { choice } = consentOf(parts, query, request.headers);
    if (choice === 'denied') reply.header('set-cookie', parts.visitors.expired);
  }
  const mayBePixel = reason !== 'route_unknown' && reason !== 'method_not_allowed';
  if (mayBePixel && isForPixel(request.method, request.url)) sendPixel(reply);
  else reply.header('content-type', jsonType).send(errorBody(reason));
  return reply;
}
