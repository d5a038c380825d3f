import type { TableTarget } from '@trackline/adapters/dynamodb/dynamodb-client.dynamodb';
import { connectTrackingEvents } from '@trackline/adapters/event-store/tracking-events.dynamodb';
import { systemClock } from '@trackline/domain/clock';
import type { RecordedEvent } from '@trackline/domain/tracking-event';
import type { TestDynamoDb } from './dynamodb.ts';
import { recordedEvent } from './events.ts';

let sequence = 0;

/** An event as the consumer stores it, each with the next number. */
export function storable(overrides: Partial<RecordedEvent> = {}, unknownFields: Uint8Array | null = null) {
  return { event: recordedEvent({ sequence: ++sequence, ...overrides }), unknownFields };
}

/** The outcome of what was stored. */
export const stored = { ok: true };

/** A deadline that is not meant to pass. */
export const soon = () => performance.now() + 15_000;

/** The adapter of the table of tracking events. */
export function connectEvents(target: TableTarget) {
  return connectTrackingEvents({ ...target, clock: systemClock, random: Math.random });
}

/** A table of tracking events, new and empty. */
export async function connectedEvents(dynamoDb: TestDynamoDb) {
  const { adapter: events, ...rest } = await dynamoDb.connected('trackingEvents', connectEvents);
  return { events, ...rest };
}
