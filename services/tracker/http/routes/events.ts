import { type CallReason, reasons } from '@trackline/domain/verdict';
import { errorBody, jsonType } from '../../error-body.ts';
import { beginTracked } from '../answer.ts';
import type { Call, TrackedRoute } from '../call.ts';

/**
 * `GET /v1/events/:programId?type=…`: tracks like its pixel twin, and tells in JSON what it decided on. It
 * takes nothing unverified: it could not tell the program.
 */
export const events: TrackedRoute = {
  acceptsUnverified: false,
  typeOf: ({ type }) => (type === 'impression' || type === 'click' ? type : null),
  answer(call: Call, reason: CallReason | null): void {
    if (reason === null) {
      beginTracked(call, 200, null).header('content-type', jsonType).send(validBody(call));
    } else {
      beginTracked(call, reasons[reason].status, reason)
        .header('content-type', jsonType)
        .send(errorBody(reason));
    }
  },
};

function validBody({ messageId, programId, program }: Call): string {
  return JSON.stringify({
    // An ignored call makes no event.
    messageId: messageId === '' ? null : messageId,
    programId,
    programName: program?.name ?? null,
    valid: true,
  });
}
