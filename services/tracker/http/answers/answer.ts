import type { Random } from '@trackline/domain/clock';
import { type CallReason, callReasons, reasons, verdictHeader } from '@trackline/domain/verdict';
import type { FastifyReply } from 'fastify';
import { errorBody, jsonType } from '../../error-body.ts';
import type { Call, TrackingParts } from '../tracking/call.ts';
import { type RawHeaders, send } from './send.ts';

/** What every answer says of itself: made once for each reason. */
const heads: ReadonlyMap<CallReason | null, RawHeaders> = new Map(
  [null, ...callReasons].map((reason) => [reason, headSaying(verdictHeader(reason))]),
);

export function headOf(reason: CallReason | null): RawHeaders {
  return heads.get(reason)!;
}

/** @param verdict the value of `x-tracking-verdict` */
export function headSaying(verdict: string): RawHeaders {
  return Object.freeze(['x-tracking-verdict', verdict, 'cache-control', 'no-store']);
}

/** What there is to know of whom an answer goes to. */
export interface Answered {
  readonly parts: Pick<TrackingParts, 'random'>;
  readonly reply: FastifyReply;
  readonly setCookies: readonly string[];
}

/**
 * Answers a tracked call; where that is ignored, the verdict says so.
 *
 * @param own the headers of this answer alone
 */
export function answerCall(
  call: Call,
  status: number,
  reason: CallReason | null,
  own: RawHeaders,
  body = '',
): void {
  const head = headOf(call.caller.ignored ?? reason);
  send(call.reply, status, completed(call, status, [...head, ...own, ...lengthOf(status, body)]), body);
}

/** A 204 has no length (RFC 9110 §8.6). */
export function lengthOf(status: number, body: string): RawHeaders {
  return status === 204 ? [] : ['content-length', String(Buffer.byteLength(body))];
}

/** With what few answers have: when to come again, and cookies. The same list where there is neither. */
export function completed(
  { parts, setCookies }: Pick<Answered, 'parts' | 'setCookies'>,
  status: number,
  headers: RawHeaders,
): RawHeaders {
  const cookies: RawHeaders = setCookies.length === 0 ? [] : ['set-cookie', setCookies];
  if (comesAgain(status)) return [...headers, ...cookies, 'retry-after', String(retryAfterS(parts.random))];
  return cookies.length === 0 ? headers : [...headers, ...cookies];
}

export const jsonHeaders: RawHeaders = Object.freeze(['content-type', jsonType]);

/** Answers a call of a server's with what was wrong, as JSON. */
export function answerError(call: Call, reason: CallReason): void {
  answerCall(call, reasons[reason].status, reason, jsonHeaders, errorBody(reason));
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
