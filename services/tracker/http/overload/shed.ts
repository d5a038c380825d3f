import type { Random } from '@trackline/domain/clock';
import { reasons } from '@trackline/domain/verdict';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errorBody } from '../../error-body.ts';
import type { CallType, Tally } from '../../watching/tally.ts';
import { headOf, jsonHeaders, lengthOf, retryAfterS, retryAfterSMax } from '../answers/answer.ts';
import { gifText, isForPixel, pixelHeaders } from '../answers/pixel.ts';
import { type RawHeaders, send } from '../answers/send.ts';
import { hasBody } from '../request/has-body.ts';
import { ignoredAs } from '../request/ignored.ts';

const pixels = readyHeaders(pixelHeaders);
const errors = readyHeaders([
  ...jsonHeaders,
  ...lengthOf(reasons.overloaded.status, errorBody('overloaded')),
]);

/** Made before there is an overload, one for each time after which to come again: what is shed should cost nothing. */
function readyHeaders(own: RawHeaders): readonly RawHeaders[] {
  return Array.from({ length: retryAfterSMax }, (_, index) =>
    Object.freeze(['retry-after', String(index + 1), ...own]),
  );
}

/**
 * Answers a call that there is no time for, and counts it. Nothing of it is read but whether a pixel is shown; the
 * headers that the reply has by then (of CORS) stay.
 *
 * @param type as far as the route tells it
 */
export function shed(
  { random, tally }: { readonly random: Random; readonly tally: Tally },
  request: FastifyRequest,
  reply: FastifyReply,
  type: CallType,
): void {
  const told = ignoredAs(request.raw) ?? 'overloaded';
  tally.count(type, told);
  const isPixel = isForPixel(request.method, request.url);
  const headers = [...headOf(told), ...(isPixel ? pixels : errors)[retryAfterS(random) - 1]!];
  // Its body is not read, so nothing else can follow it.
  if (hasBody(request.raw)) reply.raw.shouldKeepAlive = false;
  const { status } = reasons.overloaded;
  if (isPixel) send(reply, status, headers, gifText, 'latin1');
  else send(reply, status, headers, errorBody('overloaded'));
}
