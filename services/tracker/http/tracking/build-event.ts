import { truncateIp, truncateReferrer } from '@trackline/domain/privacy';
import type { EventType, TrackingEvent, VastEvent } from '@trackline/domain/tracking-event';
import type { Call } from './call.ts';

/**
 * The tracking event of a valid call: one literal, always of the same shape. What identifies a person is cut here,
 * and left out where consent was denied.
 */
export function buildEvent(call: Call, type: EventType, nowMs: number, unverified: boolean): TrackingEvent {
  const { caller, parameters, program, parts, consent } = call;
  const { limits } = parts;
  const isClick = type === 'click';
  const mayRecognise = consent.choice === 'granted';
  const userAgent = caller.headers['user-agent'] ?? '';
  return {
    messageId: call.messageId,
    type,
    programId: call.programId,
    programVersion: program === null ? 0 : program.version,
    publisherId: parameters.publisher,
    clickId: isClick ? call.messageId : type === 'transaction' ? parameters.clickId : '',
    visitorId: mayRecognise ? visitorIdOf(call) : '',
    receivedAtMs: nowMs,
    ip: mayRecognise ? truncateIp(caller.ip) : '',
    userAgent: mayRecognise ? userAgent.slice(0, limits.userAgentCharsMax) : '',
    referrer: truncateReferrer(caller.headers.referer ?? '', limits.referrerCharsMax),
    landingUrl: isClick ? call.location : '',
    redirectReason: call.redirectReason,
    vastEvent: type === 'impression' ? (parameters.event as VastEvent | '') : '',
    params: parameters.params,
    transaction: call.transaction,
    consent,
    // The whole: it remembers a copy of its beginning, where a slice would keep all of the header in memory.
    bot: call.route.calledBy !== 'server' && parts.bots.isBot(userAgent),
    unverified,
    instance: parts.instance,
    region: parts.region,
  };
}

/** The visitor that the cookie names; where it names none and a browser calls, one is made. */
function visitorIdOf(call: Call): string {
  const { visitors } = call.parts;
  const known = visitors.known(call.caller.visitorCookie);
  if (known !== '' || call.route.calledBy !== 'browser') return known;
  const issued = visitors.issue();
  if (issued === null) return '';
  call.setCookies = [issued.setCookie];
  return issued.visitorId;
}
