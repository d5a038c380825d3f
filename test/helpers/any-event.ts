import { consentBases } from '@trackline/domain/consent';
import { newMessageId } from '@trackline/domain/message-id';
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
/** Up to the end of the year 9999. */
export const anyTime = fc.oneof(
  fc.nat(),
  fc.nat({ max: 253_402_300_799_999 }),
  fc.constantFrom(0, 253_402_300_799_999),
);
export const anyCount = fc.oneof(
  fc.nat(),
  fc.maxSafeNat(),
  fc.constantFrom(0, 2 ** 32, Number.MAX_SAFE_INTEGER),
);
export const anyEvent: fc.Arbitrary<RecordedEvent> = fc.record({
  writer: fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }),
  sequence: anyCount.filter((sequence) => sequence > 0),
  messageId: fc
    .tuple(fc.integer({ min: 0, max: 2 ** 48 - 1 }), fc.uint8Array({ minLength: 16, maxLength: 16 }))
    .map(([ms, bytes]) => newMessageId(ms, (target) => target.set(bytes))),
  type: fc.constantFrom(...eventTypes),
  programId: fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/),
  programVersion: anyCount,
  publisherId: anyText,
  clickId: anyText,
  visitorId: anyText,
  receivedAtMs: anyTime,
  ip: anyText,
  userAgent: anyText,
  referrer: anyText,
  landingUrl: anyText,
  params: fc.dictionary(fc.oneof(anyText, fc.constant('__proto__')), anyText, {
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
});
