import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { RecordedEvent } from '@trackline/domain/tracking-event';
import { eventKey } from './event-key.ts';
import type { StorableEvent, StoredEvent } from './tracking-events.ts';

export type Item = Record<string, AttributeValue>;

/** What an event's item leaves out, and what stands for it when it is read. */
const absent: Partial<RecordedEvent> = {
  publisherId: '',
  clickId: '',
  visitorId: '',
  ip: '',
  userAgent: '',
  referrer: '',
  landingUrl: '',
  params: {},
  transaction: null,
  bot: false,
  unverified: false,
};

/**
 * An event as an item. Every attribute follows from the event, so that a repeated write is the same write; what is absent takes no room.
 */
export function eventItem({ event, unknownFields }: StorableEvent, retentionMs: number): Item {
  const attributes: Record<string, unknown> = {
    ...eventKey(event.programId, event.messageId),
    expiresAt: Math.floor((event.receivedAtMs + retentionMs) / 1000),
  };
  for (const [name, value] of Object.entries(event)) if (!isAbsent(value)) attributes[name] = value;
  if (unknownFields !== null) attributes.unknownFields = unknownFields;
  return marshall(attributes);
}

export function eventOf(item: Item): StoredEvent {
  const { pk: _pk, sk: _sk, expiresAt: _expiresAt, unknownFields = null, ...event } = unmarshall(item);
  return { event: { ...absent, ...event } as RecordedEvent, unknownFields };
}

function isAbsent(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0;
  return value === '' || value === null || value === false;
}
