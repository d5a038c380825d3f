import { type CallReason, reasons } from '@trackline/domain/verdict';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errorBody, jsonType } from '../../error-body.ts';
import { ignoredAs } from '../request/ignored.ts';
import type { TrackingParts } from '../tracking/call.ts';
import { beginAnswer, comesAgain, retryAfterS } from './answer.ts';
import { isForPixel, sendPixel } from './pixel.ts';

/**
 * Answers and counts what never becomes an event's call; on a pixel's path with the pixel, if an image tag may have
 * asked.
 */
export function refuse(
  { tally, random }: Pick<TrackingParts, 'tally' | 'random'>,
  request: FastifyRequest,
  reply: FastifyReply,
  reason: CallReason,
): FastifyReply {
  const told = ignoredAs(request.raw) ?? reason;
  tally.count('none', told);
  const { status } = reasons[reason];
  beginAnswer(reply, status, told);
  if (comesAgain(status)) reply.header('retry-after', retryAfterS(random));
  const mayBePixel = reason !== 'route_unknown' && reason !== 'method_not_allowed';
  if (mayBePixel && isForPixel(request.method, request.url)) sendPixel(reply);
  else reply.header('content-type', jsonType).send(errorBody(reason));
  return reply;
}
