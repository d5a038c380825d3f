import { type CallReason, callReasons, reasons } from '@trackline/domain/verdict';
import { pathOf } from '../request/request-target.ts';
import type { Call } from '../tracking/call.ts';
import { type Answered, answerCall, completed, headOf, isAboutProgram } from './answer.ts';
import { type RawHeaders, send } from './send.ts';

/** A transparent GIF of 1×1. */
export const gif = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');

/** The same as text: each byte is one character. */
export const gifText = gif.toString('latin1');

export const gifType = 'image/gif';

/** Whether the answer is the GIF, whatever its status: an image tag shows nothing else. */
export function isForPixel(method: string | undefined, target: string): boolean {
  const path = pathOf(target);
  return path.startsWith('/v1/impression/') || (method !== 'POST' && path.startsWith('/v1/transaction/'));
}

/**
 * With these no cache keeps it, not even one that speaks HTTP/1.0 only: each time that it is shown, it is asked
 * for.
 */
export const pixelHeaders: RawHeaders = Object.freeze([
  ...['pragma', 'no-cache'],
  ...['expires', '0'],
  // Also on pages that embed only what agrees to it (Cross-Origin-Embedder-Policy).
  ...['cross-origin-resource-policy', 'cross-origin'],
  ...['content-type', gifType],
  ...['content-length', String(gif.length)],
]);

/** Whole heads, of each reason: the usual pixel's is put together once, and not for each call. */
const pixelHeads: ReadonlyMap<CallReason | null, RawHeaders> = new Map(
  [null, ...callReasons].map((reason) => [reason, Object.freeze([...headOf(reason), ...pixelHeaders])]),
);

/**
 * Answers with the pixel: 200 when accepted and when rejected for what the program is, since neither is the
 * page's fault; a malformed call and an overload keep their status. A beacon (`?f=b`) gets 204 and no body
 * where a pixel gets 200.
 */
export function answerPixel(call: Call, reason: CallReason | null): void {
  const status = reason === null || isAboutProgram(reason) ? 200 : reasons[reason].status;
  if (status === 200 && call.parameters.f === 'b') {
    answerCall(call, 204, reason, []);
    return;
  }
  sendPixel(call, status, call.caller.ignored ?? reason);
}

export function sendPixel(call: Answered, status: number, told: CallReason | null): void {
  send(call.reply, status, completed(call, status, pixelHeads.get(told)!), gifText, 'latin1');
}
