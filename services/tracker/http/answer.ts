import { type CallReason, callReasons, verdictHeader } from '@trackline/domain/verdict';
import type { FastifyReply } from 'fastify';
import type { Call } from './call.ts';

const verdictHeaders = new Map(callReasons.map((reason) => [reason, verdictHeader(reason)]));

/** Sets the status, and what every answer says of itself. */
export function beginAnswer(reply: FastifyReply, status: number, reason: CallReason | null): FastifyReply {
  return reply
    .code(status)
    .header('x-tracking-verdict', reason === null ? 'accepted' : verdictHeaders.get(reason)!)
    .header('cache-control', 'no-store');
}

/**
 * The same for a tracked call: what is ignored says so, and a 503 says when to come again, jittered so that
 * not all come together.
 */
export function beginTracked(call: Call, status: number, reason: CallReason | null): FastifyReply {
  const reply = beginAnswer(call.reply, status, call.ignored ?? reason);
  if (status === 503) reply.header('retry-after', 1 + Math.floor(call.parts.random() * 3));
  return reply;
}

/** Whether the reason lies in what the program is, and not in how the call is made or how we are. */
export function isAboutProgram(reason: CallReason): boolean {
  return reason === 'program_unknown' || isAboutWindow(reason);
}

/** Whether the program is known, and takes no events now. */
export function isAboutWindow(reason: CallReason): boolean {
  return reason === 'program_paused' || reason === 'program_not_yet_valid' || reason === 'program_expired';
}
