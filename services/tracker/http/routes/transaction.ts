import type { CallReason } from '@trackline/domain/verdict';
import { answerCall, answerError, jsonHeaders } from '../answers/answer.ts';
import { answerPixel } from '../answers/pixel.ts';
import type { Call, TrackedRoute } from '../tracking/call.ts';

/** `GET /v1/transaction/:programId`: the pixel of a page that says thank you. */
export const transactionPixel: TrackedRoute = {
  programInPath: true,
  acceptsUnverified: true,
  calledBy: 'browser',
  sendsOn: false,
  typeOf: () => 'transaction',
  answer: answerPixel,
};

/**
 * `POST /v1/transaction/:programId`: the advertiser's server, by JSON or a form. It can come again, so it takes
 * nothing unverified.
 */
export const transactionPostback: TrackedRoute = {
  programInPath: true,
  acceptsUnverified: false,
  calledBy: 'server',
  sendsOn: false,
  typeOf: () => 'transaction',
  answer(call: Call, reason: CallReason | null): void {
    if (reason !== null) answerError(call, reason);
    else answerCall(call, 202, null, jsonHeaders, JSON.stringify(outcomeOf(call)));
  },
};

/** What an accepted event's sender is told; of a transaction also whether it counts as an order. */
export function outcomeOf({ messageId, caller, transaction }: Call) {
  return {
    // An ignored call makes no event.
    messageId: messageId === '' ? null : messageId,
    verdict: caller.ignored === null ? 'accepted' : 'ignored',
    ...(transaction !== null && { claims: transaction.claims }),
  };
}
