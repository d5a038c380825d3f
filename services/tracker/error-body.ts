import {
  type AdminReason,
  adminReasons,
  type CallReason,
  callReasons,
  reasons,
} from '@trackline/domain/verdict';

export const jsonType = 'application/json; charset=utf-8';

const errorBodies = new Map<CallReason | AdminReason, string>(
  [...callReasons, ...adminReasons].map((reason) => [
    reason,
    JSON.stringify({ error: { code: reason, message: reasons[reason].words } }),
  ]),
);

/** The JSON body that tells a reason, on both ports: `{"error":{"code","message"}}`. */
export function errorBody(reason: CallReason | AdminReason): string {
  return errorBodies.get(reason)!;
}
