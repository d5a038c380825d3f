import type { EventType } from '@trackline/domain/tracking-event';
import type { FastifyReply } from 'fastify';
import { readCall, type TrackingRequest } from '../call.ts';
import { parameter } from '../query.ts';
import { sendError, verdict } from '../replies.ts';
import { type Tracking, track } from '../track.ts';

/** What this endpoint tracks. */
const types: ReadonlySet<string> = new Set<EventType>(['impression', 'click']);

/** `GET /v1/events/:programId?type=impression`: tracks like its twin for browsers, and tells a program what was decided. */
export function eventsRoute(tracking: Tracking) {
  return (request: TrackingRequest, reply: FastifyReply): void => {
    const type = parameter(request.query.raw, 'type');
    if (type === null || !types.has(type)) {
      sendError(verdict(reply, 'type_malformed'), 'type_malformed');
      return;
    }
    const call = readCall(request, type as EventType, false);
    if (typeof call === 'string') {
      sendError(verdict(reply, call), call);
      return;
    }
    track(tracking, call, ({ reason, program, messageId }) => {
      verdict(reply, call.ignored ?? reason);
      if (program === null || (reason !== null && reason !== call.ignored))
        sendError(reply, reason ?? 'internal');
      else reply.send({ messageId, programId: program.id, programName: program.name, valid: true });
    });
  };
}
