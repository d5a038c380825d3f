import { newMessageId } from '@trackline/domain/message-id';
import { truncateIp, truncateReferrer } from '@trackline/domain/privacy';
import type { EventType, TrackingEvent } from '@trackline/domain/tracking-event';
import type { Call } from './call.ts';
import { landingOf } from './landing.ts';

const noParams: Readonly<Record<string, string>> = Object.freeze({});

/**
 * The tracking event of a valid call: one literal, always of the same shape. What identifies a person is cut
 * here.
 */
export function buildEvent(call: Call, type: EventType, nowMs: number, unverified: boolean): TrackingEvent {
  const { request, program, parts } = call;
  const { limits } = parts;
  const messageId = newMessageId(nowMs, parts.randomBytes);
  const isClick = type === 'click';
  return {
    messageId,
    type,
    programId: call.programId,
    programVersion: program === null ? 0 : program.version,
    publisherId: request.query.publisher,
    clickId: isClick ? messageId : '',
    visitorId: '',
    receivedAtMs: nowMs,
    ip: truncateIp(call.ip),
    userAgent: (request.headers['user-agent'] ?? '').slice(0, limits.userAgentCharsMax),
    referrer: truncateReferrer(request.headers.referer ?? '', limits.referrerCharsMax),
    landingUrl: isClick && program !== null ? landingOf(program) : '',
    redirectReason: '',
    vastEvent: '',
    params: noParams,
    transaction: null,
    consent: { choice: 'granted', basis: 'configuration' },
    bot: false,
    unverified,
    instance: parts.instance,
    region: parts.region,
  };
}
