import type { Random } from '@trackline/domain/clock';
import { type CallReason, callReasons, reasons, verdictHeader } from '@trackline/domain/verdict';
import type { FastifyReply } from 'fastify';
import { errorBody, jsonType } from '../../error-body.ts';
import type { Call, TrackingParts } from '../tracking/call.ts';

const verdictHeaders = new Map(callReasons.map((reason) => [reason, verdictHeader(reason)]));

/** Sets the status, and what every answer says of itself; what could not be taken now says when to come again. */
export function beginAnswer(
  { random }: Pick<TrackingParts, 'random'>,
  reply: FastifyReply,
  status: number,
  reason: CallReason | null,
): FastifyReply {
  if (comesAgain(status)) reply.header('retry-after', retryAfterS(random));
  return reply
    .code(status)
    .header('x-tracking-verdict', reason === null ? 'accepted' : verdictHeaders.get(reason)!)
    .header('cache-control', 'no-store');
}

/** The same for a tracked call: what is ignored says so. With the cookie, if there is one to set. */
export function beginTracked(call: Call, status: number, reason: CallReason | null): FastifyReply {
  const reply = beginAnswer(call.parts, call.reply, status, call.caller.ignored ?? reason);
  if (call.setCookies.length > 0) reply.header('set-cookie', call.setCookies);
  return reply;
}

/** Answers a call of a server's with what was wrong, as JSON. */
export function answerError(call: Call, reason: CallReason): void {
  beginTracked(call, reasons[reason].status, reason).header('content-type', jsonType).send(errorBody(reason));
}

/** Whether a status means that we could not take it now. */
export function comesAgain(status: number): boolean {
  return status === 503 || status === 429;
}

export const retryAfterSMax = 3;

/** In how many seconds to come again: 1 to 3, by chance, so that not all come together. */
export function retryAfterS(random: Random): number {
  return 1 + Math.floor(random() * retryAfterSMax);
}

/** Whether the reason lies in what the program is, and not in how the call is made or how we are. */
export function isAboutProgram(reason: CallReason): boolean {
  return reason === 'program_unknown' || isAboutWindow(reason);
}

/** Whether the program is known, and takes no events now. */
export function isAboutWindow(reason: CallReason): boolean {
  return reason === 'program_paused' || reason === 'program_not_yet_valid' || reason === 'program_expired';
}
