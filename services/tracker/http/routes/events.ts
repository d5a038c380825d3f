import type { EventType } from '@trackline/domain/tracking-event';
import { eventTypes } from '@trackline/domain/tracking-event';
import type { CallReason } from '@trackline/domain/verdict';
import { answerCall, answerError, jsonHeaders } from '../answers/answer.ts';
import type { Parameters } from '../request/parameters.ts';
import type { Call, TrackedRoute } from '../tracking/call.ts';

/**
 * `GET /v1/events/:programId?type=…`: tracks like its pixel twin, and tells in JSON what it decided on. It
 * takes nothing unverified: it could not tell the program.
 */
export const events: TrackedRoute = {
  programInPath: true,
  acceptsUnverified: false,
  calledBy: 'either',
  sendsOn: false,
  typeOf: typeNamed,
  answer(call: Call, reason: CallReason | null): void {
    if (reason !== null) answerError(call, reason);
    else answerCall(call, 200, null, jsonHeaders, validBody(call));
  },
};

/** The event type that a call names itself; null where it names none. */
export function typeNamed({ type }: Parameters): EventType | null {
  return (eventTypes as readonly string[]).includes(type) ? (type as EventType) : null;
}

function validBody({ messageId, programId, program }: Call): string {
  return JSON.stringify({
    // An ignored call makes no event.
    messageId: messageId === '' ? null : messageId,
    programId,
    programName: program?.name ?? null,
    valid: true,
  });
}
