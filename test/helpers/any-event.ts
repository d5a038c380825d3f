import { consentBases } from '@trackline/domain/consent';
import { messageIdMs, newMessageId } from '@trackline/domain/message-id';
import {
  eventTypes,
  type RecordedEvent,
  transactionStatuses,
  vastEvents,
} from '@trackline/domain/tracking-event';
import { redirectReasons } from '@trackline/domain/verdict';
import fc from 'fast-check';

/** Whatever an event may hold, for tests by chance. */

export const anyText = fc.string({ unit: 'binary', maxLength: 90 });
/** The end of the year 9999. */
const timeMsMax = 253_402_300_799_999;
/** Up to the end of the year 9999. */
export const anyTime = fc.oneof(fc.nat(), fc.nat({ max: timeMsMax }), fc.constantFrom(0, timeMsMax));
export const anyCount = fc.oneof(
  fc.nat(),
  fc.maxSafeNat(),
  fc.constantFrom(0, 2 ** 32, Number.MAX_SAFE_INTEGER),
);
const anyMessageId = fc
  .tuple(fc.integer({ min: 0, max: 2 ** 48 - 1 }), fc.uint8Array({ minLength: 16, maxLength: 16 }))
  .map(([ms, bytes]) => newMessageId(ms, (target) => target.set(bytes)));
const anyVisitorId = fc
  .uint8Array({ minLength: 16, maxLength: 16 })
  .map((bytes) => Buffer.from(bytes).toString('base64url'));
const anyName = fc.oneof(anyText, fc.constantFrom('__proto__', 'sub1', 'sub2', 'sub3'));

/** A click has an id, and every event a time: without one it comes back with that of its message id. */
export const anyEvent: fc.Arbitrary<RecordedEvent> = fc
  .record({
    writer: fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }),
    sequence: anyCount.filter((sequence) => sequence > 0),
    messageId: anyMessageId,
    type: fc.constantFrom(...eventTypes),
    programId: fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/),
    programVersion: anyCount,
    publisherId: anyText,
    clickId: fc.oneof(
      anyText,
      anyMessageId,
      fc.uuid().map((id) => id.toUpperCase()),
    ),
    visitorId: fc.oneof(anyText, anyVisitorId, fc.stringMatching(/^[A-Za-z0-9_-]{22}$/)),
    receivedAtMs: anyTime.filter((ms) => ms > 0),
    ip: anyText,
    userAgent: anyText,
    referrer: anyText,
    landingUrl: anyText,
    params: fc.dictionary(anyName, anyText, {
      maxKeys: 5,
      noNullPrototype: true,
    }),
    transaction: fc.option(
      fc.record({
        orderId: anyText,
        amount: anyText,
        currency: anyText,
        status: fc.constantFrom(...transactionStatuses),
        claims: fc.boolean(),
      }),
    ),
    redirectReason: fc.constantFrom('' as const, ...redirectReasons),
    vastEvent: fc.constantFrom('' as const, ...vastEvents),
    consent: fc.record({
      choice: fc.constantFrom('granted' as const, 'denied' as const),
      basis: fc.constantFrom(...consentBases),
    }),
    bot: fc.boolean(),
    unverified: fc.boolean(),
    instance: anyText,
    region: anyText,
  })
  .chain((event) => fc.boolean().map((isOfItsId) => (isOfItsId ? ofItsId(event) : event)))
  .map((event) => (event.type === 'click' && event.clickId === '' ? { ...event, clickId: 'c' } : event));

/** The event as a tracker makes it: its time is its id's, and a click's id is its message id. */
function ofItsId(event: RecordedEvent): RecordedEvent {
  const { type, messageId, clickId } = event;
  // Of ids that outlast the year 9999 there is no such event.
  const receivedAtMs = Math.min(messageIdMs(messageId), timeMsMax) || 1;
  return { ...event, receivedAtMs, clickId: type === 'click' ? messageId : clickId };
}
