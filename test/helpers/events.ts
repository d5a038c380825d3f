import { randomFillSync } from 'node:crypto';
import { newMessageId } from '@trackline/domain/message-id';
import type { RecordedEvent, TrackingEvent } from '@trackline/domain/tracking-event';

/** When the tests' events happened. */
export const eventTimeMs = Date.UTC(2026, 4, 17, 13, 30);
/** Their hour and their day, as keys of the tables name them. */
export const eventHour = '2026051713';
export const eventDay = '2026-05-17';

/** A tracking event as tests need one; what matters to a test it says itself. */
export function trackingEvent(overrides: Partial<TrackingEvent> = {}): TrackingEvent {
  return {
    messageId: newMessageId(eventTimeMs, randomFillSync),
    type: 'impression',
    programId: 'shoes',
    programVersion: 3,
    publisherId: 'p1',
    clickId: '',
    visitorId: '',
    receivedAtMs: eventTimeMs,
    ip: '192.0.2.0',
    userAgent: 'Mozilla/5.0',
    referrer: 'https://blog.example/post',
    landingUrl: '',
    redirectReason: '',
    vastEvent: '',
    params: {},
    transaction: null,
    consent: { choice: 'granted', basis: 'configuration' },
    bot: false,
    unverified: false,
    instance: 'tracker-1',
    region: 'eu-central-1',
    ...overrides,
  };
}

/** The same in a writer's account. */
export function recordedEvent(overrides: Partial<RecordedEvent> = {}): RecordedEvent {
  return { writer: 'w1', sequence: 1, ...trackingEvent(), ...overrides };
}

/** `count` consecutive events of one writer. */
export function eventRun(
  writer: string,
  first: number,
  count: number,
  overrides: Partial<RecordedEvent> = {},
): RecordedEvent[] {
  return Array.from({ length: count }, (_, index) =>
    recordedEvent({ ...overrides, writer, sequence: first + index }),
  );
}
