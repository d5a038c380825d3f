import { type CallReason, reasons } from '@trackline/domain/verdict';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errorBody, jsonType } from '../error-body.ts';
import type { Tally } from '../watching/tally.ts';
import { beginAnswer } from './answer.ts';
import { ignoredAs } from './ignored.ts';
import { isForPixel, sendPixel } from './pixel.ts';

/**
 * Answers and counts what never becomes an event's call; on a pixel's path with the pixel, if an image tag may have
 * asked.
 */
export function refuse(
  tally: Tally,
  request: FastifyRequest,
  reply: FastifyReply,
  reason: CallReason,
): FastifyReply {
  const told = ignoredAs(request.raw) ?? reason;
  tally.count('none', told);
  beginAnswer(reply, reasons[reason].status, told);
  const mayBePixel = reason !== 'route_unknown' && reason !== 'method_not_allowed';
  if (mayBePixel && isForPixel(request.method, request.url)) sendPixel(reply);
  else reply.header('content-type', jsonType).send(errorBody(reason));
  return reply;
}
