import type { WriteOutcome } from '@trackline/adapters/dynamodb/write-outcome';
import type { StorableEvent } from '@trackline/adapters/event-store/tracking-events';
import type { Role } from '@trackline/domain/order';
import type { RecordedEvent } from '@trackline/domain/tracking-event';
import type { WriteTarget } from './failures.ts';
import type { Deadlines } from './limits.ts';
import type { Entry, RecordContent } from './read-record.ts';
import { type OrderParts, settleOrders } from './settle-orders.ts';

/** What became of each entry that was to be written, and where. */
export type Outcomes = ReadonlyMap<Entry, { readonly target: WriteTarget; readonly outcome: WriteOutcome }>;

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
  const distinct = new Map<string, StorableEvent>();
  for (const { storable } of entries) {
    const identity = identityOf(storable.event);
    if (!distinct.has(identity)) distinct.set(identity, storable);
  }
  const stored = await parts.trackingEvents.put([...distinct.values()], deadlines.eventsMs);
  const events = [...distinct.values()].map(({ event }, index) => ({ event, outcome: stored[index]! }));
  const settled = await settleOrders(parts, events, deadlines.ordersMs);

  const places = new Map([...distinct.keys()].map((identity, index) => [identity, index]));
  const outcomes: Outcomes = new Map(
    entries.map((entry) => {
      const index = places.get(identityOf(entry.storable.event))!;
      const target = stored[index]!.ok ? 'orders' : 'events';
      return [entry, { target, outcome: settled.outcomes[index]! }];
    }),
  );
  const duplicates = entries.length - distinct.size;
  return { outcomes, distinct: distinct.size, duplicates, roles: settled.roles };
}

/** What makes two events one: the same place in the table. */
function identityOf({ programId, messageId }: RecordedEvent): string {
  return `${programId}#${messageId}`;
}
