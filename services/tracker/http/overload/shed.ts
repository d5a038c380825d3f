import type { OutgoingHttpHeaders } from 'node:http';
import type { Random } from '@trackline/domain/clock';
import { reasons, verdictHeader } from '@trackline/domain/verdict';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errorBody, jsonType } from '../../error-body.ts';
import type { CallType, Tally } from '../../watching/tally.ts';
import { retryAfterS, retryAfterSMax } from '../answers/answer.ts';
import { gif, isForPixel, pixelHeaders } from '../answers/pixel.ts';
import { hasBody } from '../request/has-body.ts';
import { ignoredAs } from '../request/ignored.ts';

/** Made before there is an overload: what is shed should cost nothing. */
interface ReadyAnswer {
  readonly headers: OutgoingHttpHeaders;
  readonly body: Buffer;
}

const pixels = readyAnswers(pixelHeaders, gif);
const errors = readyAnswers({ 'content-type': jsonType }, Buffer.from(errorBody('overloaded')));

/** The same answer for each time after which to come again. */
function readyAnswers(headers: OutgoingHttpHeaders, body: Buffer): readonly ReadyAnswer[] {
  return Array.from({ length: retryAfterSMax }, (_, index) => ({
    headers: {
      'x-tracking-verdict': verdictHeader('overloaded'),
      'cache-control': 'no-store',
      'retry-after': String(index + 1),
      ...headers,
      'content-length': body.length,
    },
    body,
  }));
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
  const ready = isForPixel(request.method, request.url) ? pixels : errors;
  const { headers, body } = ready[retryAfterS(random) - 1]!;
  const { raw } = reply;
  for (const [name, value] of Object.entries(reply.getHeaders())) raw.setHeader(name, value!);
  // Its body is not read, so nothing else can follow it.
  if (hasBody(request.raw)) raw.shouldKeepAlive = false;
  reply.hijack();
  raw.writeHead(
    reasons.overloaded.status,
    told === 'overloaded' ? headers : { ...headers, 'x-tracking-verdict': verdictHeader(told) },
  );
  raw.end(body);
}
