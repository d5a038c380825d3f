import { isHopeless, type WriteOutcome, written } from '@trackline/adapters/dynamodb/write-outcome';
import type { TrackingEventsWriter } from '@trackline/adapters/event-store/tracking-events';
import type { TransactionsWriter } from '@trackline/adapters/event-store/transactions';
import { mapBounded } from '@trackline/domain/bounded';
import { isKeyed } from '@trackline/domain/message-id';
import type { OrderMessage, Role } from '@trackline/domain/order';
import type { RecordedEvent } from '@trackline/domain/tracking-event';
import { limits } from './limits.ts';

export interface OrderParts {
  readonly trackingEvents: TrackingEventsWriter;
  readonly transactions: TransactionsWriter;
}

/** An event of the batch, and what became of it when it was to be stored. */
export interface StoredOrNot {
  readonly event: RecordedEvent;
  readonly outcome: WriteOutcome;
}

export interface SettledOrders {
  /** For each event, in order: its own outcome, or why its order could not be settled. */
  readonly outcomes: readonly WriteOutcome[];
  /** How many messages were what to their orders. */
  readonly roles: Readonly<Record<Role, number>>;
}

/** A message with its place in the batch, and whether it may be settled. */
interface Placed extends StoredOrNot {
  readonly event: OrderMessage;
  readonly index: number;
}

/**
 * Settles the orders that the transactions of a batch name, once all its events are stored, clicks among them.
 * Orders do not wait for each other. The messages of one are taken in the batch's sequence; where one can't be
 * settled for now, neither are those behind it. Never rejects.
 *
 * @param events each once, in the batch's sequence
 */
export async function settleOrders(
  { trackingEvents, transactions }: OrderParts,
  events: readonly StoredOrNot[],
  deadlineMs: number,
): Promise<SettledOrders> {
  const outcomes = events.map(({ outcome }) => outcome);
  const roles: Record<Role, number> = { claim: 0, move: 0, replay: 0, duplicate: 0 };
  const duplicates: { readonly index: number; readonly event: OrderMessage; readonly of: string }[] = [];

  /**
   * What a transaction says of its order. Under an id that a client chose that is the stored event, which came
   * first, and not this one. Null where it says nothing.
   */
  async function messageOf({ event, outcome }: StoredOrNot): Promise<Omit<Placed, 'index'> | null> {
    if (!outcome.ok || !isKeyed(event.messageId)) return claiming(event, outcome);
    const first = await trackingEvents.readBack(event.programId, event.messageId, deadlineMs);
    if (!first.ok) return claiming(event, first);
    return first.value && claiming(first.value.event, outcome);
  }

  async function settle(index: number, event: OrderMessage): Promise<WriteOutcome> {
    const settled = await transactions.settle(event, deadlineMs);
    if (!settled.ok) return settled;
    roles[settled.role]++;
    if (settled.role === 'duplicate') duplicates.push({ index, event, of: settled.of });
    return written;
  }

  async function settleInSequence(messages: readonly Placed[]): Promise<void> {
    let holdsUp: WriteOutcome = written;
    for (const { index, event, outcome } of messages) {
      const own: WriteOutcome = outcome.ok && holdsUp.ok ? await settle(index, event) : outcome;
      outcomes[index] = own.ok ? holdsUp : own;
      if (!own.ok && !isHopeless(own)) holdsUp = own;
    }
  }

  const transactionsOfBatch = [...events.entries()].filter(([, { event }]) => event.transaction !== null);
  const messages = await mapBounded(transactionsOfBatch, limits.ordersAtOnce, async ([index, each]) => {
    const message = await messageOf(each);
    return message && { ...message, index };
  });
  await mapBounded(byOrder(messages), limits.ordersAtOnce, settleInSequence);
  await mapBounded(duplicates, limits.ordersAtOnce, async ({ index, event, of }) => {
    outcomes[index] = await trackingEvents.markDuplicate(event, of, deadlineMs);
  });
  return { outcomes, roles };
}

function claiming(event: RecordedEvent, outcome: WriteOutcome): Omit<Placed, 'index'> | null {
  return event.transaction?.claims ? { event: event as OrderMessage, outcome } : null;
}

/** The messages of each order. */
function byOrder(messages: readonly (Placed | null)[]): Placed[][] {
  const orders = new Map<string, Placed[]>();
  for (const message of messages) {
    if (message === null) continue;
    const { programId, transaction } = message.event;
    const order = `${programId}#${transaction.orderId}`;
    const before = orders.get(order);
    if (before) before.push(message);
    else orders.set(order, [message]);
  }
  return [...orders.values()];
}
