import { type CallReason, reasons } from '@trackline/domain/verdict';
import { answerCall, isAboutWindow } from '../answers/answer.ts';
import type { RawHeaders } from '../answers/send.ts';
import { landingLocation } from '../redirect/location.ts';
import type { Call, TrackedRoute } from '../tracking/call.ts';

/**
 * `GET /v1/click/:programId`: on to the landing URL, or to the target that the link names if the program allows
 * it. Whoever clicks is never stranded by what is our trouble or the program's: as long as the program is known
 * they get there, counted or not. Without a program there is no target, and a small page says so.
 */
export const click: TrackedRoute = {
  programInPath: true,
  acceptsUnverified: false,
  calledBy: 'browser',
  sendsOn: true,
  typeOf: () => 'click',
  answer(call: Call, reason: CallReason | null): void {
    if (call.program !== null && (reason === null || isAboutWindow(reason) || isOurs(reason))) {
      const told =
        call.redirectReason === '' ? [] : ['x-tracking-redirect', `refused; reason=${call.redirectReason}`];
      answerCall(call, 302, reason, [...told, 'location', locationOf(call)]);
    } else {
      answerPage(call, reason ?? 'internal');
    }
  },
};

/** Where it was aimed at; where it did not get that far, the landing URL, without a click id. */
function locationOf({ location, program, programId, parameters }: Call): string {
  if (location !== '') return location;
  const { publisher, params } = parameters;
  return landingLocation(program!, { clickId: '', programId, publisherId: publisher, params });
}

/** Whether it was we who could not take the click. */
function isOurs(reason: CallReason): boolean {
  return reasons[reason].verdict === 'shed';
}

const pageHeaders: RawHeaders = Object.freeze([
  ...['content-type', 'text/html; charset=utf-8'],
  ...['content-security-policy', "default-src 'none'"],
]);

function answerPage(call: Call, reason: CallReason): void {
  const { status, words } = reasons[reason];
  answerCall(call, status, reason, pageHeaders, page(status, words));
}

function page(status: number, words: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>${status}</title>
<h1>This link leads nowhere${status === 503 ? ' right now' : ''}</h1>
<p>${words}</p>
</html>
`;
}
