import type { WriteOutcome } from '@trackline/adapters/dynamodb/write-outcome';
import type { StorableEvent } from '@trackline/adapters/event-store/tracking-events';
import type { Role } from '@trackline/domain/order';
import type { RecordedEvent } from '@trackline/domain/tracking-event';
import type { WriteTarget } from './failures.ts';
import type { Deadlines } from './limits.ts';
import type { Entry, EventEntry, RecordContent } from './read-record.ts';
import { type OrderParts, settleOrders } from './settle-orders.ts';

/** What became of an entry that was to be written, and where. */
export interface Outcome {
  readonly target: WriteTarget;
  readonly outcome: WriteOutcome;
}

export type Outcomes = ReadonlyMap<Entry, Outcome>;

export interface StoredEvents {
  readonly outcomes: Outcomes;
  readonly distinct: number;
  /** Events that the batch holds again. */
  readonly duplicates: number;
  readonly roles: Readonly<Record<Role, number>>;
}

/** Stores each event once, whatever the batch repeats, and then settles the orders of its transactions. */
export async function storeEvents(
  parts: OrderParts,
  contents: readonly RecordContent[],
  deadlines: Pick<Deadlines, 'eventsMs' | 'ordersMs'>,
): Promise<StoredEvents> {
  const entries = contents.flatMap(({ entries }) => entries.filter((entry) => entry.kind === 'event'));
  const distinct: StorableEvent[] = [];
  const known = new Map<string, number>();
  const placeOf = ({ storable }: EventEntry): number => {
    const identity = identityOf(storable.event);
    const place = known.get(identity) ?? distinct.push(storable) - 1;
    known.set(identity, place);
    return place;
  };
  const places = entries.map(placeOf);
  const stored = await parts.trackingEvents.put(distinct, deadlines.eventsMs);
  const events = distinct.map(({ event }, index) => ({ event, outcome: stored[index]! }));
  const settled = await settleOrders(parts, events, deadlines.ordersMs);

  const outcomes = new Map<Entry, Outcome>();
  for (const [index, entry] of entries.entries()) {
    const place = places[index]!;
    outcomes.set(entry, {
      target: stored[place]!.ok ? 'orders' : 'events',
      outcome: settled.outcomes[place]!,
    });
  }
  const duplicates = entries.length - distinct.length;
  return { outcomes, distinct: distinct.length, duplicates, roles: settled.roles };
}

/** What makes two events one: the same place in the table. */
function identityOf({ programId, messageId }: RecordedEvent): string {
  return `${programId}#${messageId}`;
}
