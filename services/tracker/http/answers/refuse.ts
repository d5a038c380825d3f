import { type CallReason, reasons } from '@trackline/domain/verdict';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errorBody } from '../../error-body.ts';
import { consentOf } from '../request/consent.ts';
import { ignoredAs } from '../request/ignored.ts';
import { parseQuery } from '../request/read-parameters.ts';
import { visitorCookieIn } from '../request/visitor.ts';
import type { TrackingParts } from '../tracking/call.ts';
import { completed, headOf, jsonHeaders, lengthOf } from './answer.ts';
import { isForPixel, sendPixel } from './pixel.ts';
import { send } from './send.ts';

type RefuseParts = Pick<TrackingParts, 'tally' | 'random' | 'visitors' | 'consent' | 'consentWithoutSignal'>;

/**
 * Answers and counts what never becomes an event's call; on a pixel's path with the pixel, if an image tag may have
 * asked. Who refuses is forgotten here, too.
 */
export function refuse(
  parts: RefuseParts,
  request: FastifyRequest,
  reply: FastifyReply,
  reason: CallReason,
): FastifyReply {
  const told = ignoredAs(request.raw) ?? reason;
  parts.tally.count('none', told);
  const { status } = reasons[reason];
  const setCookies = isRefused(parts, request) ? parts.visitors.expired : [];
  const mayBePixel = reason !== 'route_unknown' && reason !== 'method_not_allowed';
  if (mayBePixel && isForPixel(request.method, request.url)) {
    sendPixel({ parts, reply, setCookies }, status, told);
  } else {
    const body = errorBody(reason);
    const headers = [...headOf(told), ...jsonHeaders, ...lengthOf(status, body)];
    send(reply, status, completed({ parts, setCookies }, status, headers), body);
  }
  return reply;
}

/** Whether a call that brings the visitor cookie refuses it. Of a path that is none nobody has read the query. */
function isRefused(parts: RefuseParts, { headers, url }: FastifyRequest): boolean {
  if (visitorCookieIn(headers.cookie) === null) return false;
  const query = parseQuery(url.split('?', 2)[1] ?? '');
  return consentOf(parts, query, headers).choice === 'denied';
}
