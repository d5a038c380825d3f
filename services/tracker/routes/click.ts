import type { FastifyReply } from 'fastify';
import { readCall, type TrackingRequest } from '../call.ts';
import { sendPage, verdict } from '../replies.ts';
import { type Tracking, track } from '../track.ts';

/**
 * `GET /v1/click/:programId`: sends the person on. Wherever the program is known they get to its landing URL, counted or not: nobody is stranded by a failure behind the
 * tracker.
 */
export function clickRoute(tracking: Tracking) {
  return (request: TrackingRequest, reply: FastifyReply): void => {
    const call = readCall(request, 'click', false);
    if (typeof call === 'string') {
      sendPage(verdict(reply, call), call);
      return;
    }
    track(tracking, call, ({ reason, program }) => {
      verdict(reply, call.ignored ?? reason);
      if (program !== null) reply.code(302).header('location', program.landingUrl).send();
      else sendPage(reply, reason ?? 'internal');
    });
  };
}
