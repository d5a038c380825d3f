import type { FastifyReply } from 'fastify';
import { readCall, type TrackingRequest } from '../call.ts';
import { parameter } from '../query.ts';
import { pixelStatus, sendPixel, verdict } from '../replies.ts';
import { type Outcome, type Tracking, track } from '../track.ts';

/** `GET /v1/impression/:programId`: the pixel. With `?f=b`, 204 and no body for what is answered well. */
export function impressionRoute(tracking: Tracking, acceptsUnverified: boolean) {
  return (request: TrackingRequest, reply: FastifyReply): void => {
    const call = readCall(request, 'impression', acceptsUnverified);
    if (typeof call === 'string') {
      sendPixel(verdict(reply, call), pixelStatus(call));
      return;
    }
    const bodiless = parameter(request.query.raw, 'f') === 'b';
    track(tracking, call, ({ reason }: Outcome) => {
      const status = reason === call.ignored ? 200 : pixelStatus(reason);
      verdict(reply, call.ignored ?? reason);
      if (bodiless && status === 200) reply.code(204).send();
      else sendPixel(reply, status);
    });
  };
}
