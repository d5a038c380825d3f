import { isHopeless, type WriteOutcome, written } from '@trackline/adapters/dynamodb/write-outcome';
import type { TrackingEventsWriter } from '@trackline/adapters/event-store/tracking-events';
import type { TransactionsWriter } from '@trackline/adapters/event-store/transactions';
import { mapBounded } from '@trackline/domain/bounded';
import { isKeyed } from '@trackline/domain/message-id';
import type { Order, OrderMessage, Role } from '@trackline/domain/order';
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

/** An order of the batch, as its messages so far have left it. */
interface OrderSoFar {
  /** Null until it is read. */
  known: Order | null;
  /** Why a message could not be settled for now, and so those behind it; a success while none holds them up. */
  holdsUp: WriteOutcome;
}

/**
 * Settles the orders that the transactions of a batch name, once all its events are stored, clicks among them.
 * Orders do not wait for each other. The messages of one are taken in the batch's sequence; where one can't be
 * settled for now, neither are those behind it. An order is read once, however many messages name it, unless
 * somebody else changes it meanwhile. Never rejects.
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
  const orders = new Map<string, OrderSoFar>();

  /**
   * The message that a transaction is to its order; null where it may not claim it. Under an id that a client chose
   * the event counts that came first and is stored, whatever this one says.
   */
  async function messageOf({ event, outcome }: StoredOrNot): Promise<Omit<Placed, 'index'> | null> {
    if (!outcome.ok || !isKeyed(event.messageId)) return claiming(event, outcome);
    const first = await trackingEvents.readBack(event.programId, event.messageId, deadlineMs);
    if (!first.ok) return claiming(event, first);
    return first.value && claiming(first.value.event, outcome);
  }

  /** Settles messages of one order, and gives those whose order is another's. */
  async function settleInSequence(messages: readonly Placed[]): Promise<Duplicate[]> {
    const order = orderOf(messages[0]!.event);
    const duplicates: Duplicate[] = [];
    for (const { index, event, outcome } of messages) {
      let own: WriteOutcome = outcome;
      if (outcome.ok && order.holdsUp.ok) {
        const settled = await transactions.settle(event, order.known, deadlineMs);
        own = settled.ok ? written : settled;
        if (settled.ok) {
          order.known = settled.order;
          roles[settled.role]++;
          if (settled.role === 'duplicate') duplicates.push({ index, event, of: settled.order.messageId });
        }
      }
      outcomes[index] = own.ok ? order.holdsUp : own;
      if (!own.ok && !isHopeless(own)) order.holdsUp = own;
    }
    return duplicates;
  }

  function orderOf(message: OrderMessage): OrderSoFar {
    const key = keyOf(message);
    const order = orders.get(key) ?? { known: null, holdsUp: written };
    orders.set(key, order);
    return order;
  }

  async function settleRound(round: readonly (readonly [index: number, StoredOrNot])[]): Promise<void> {
    const messages = await mapBounded(round, limits.ordersAtOnce, async ([index, each]) => {
      const message = await messageOf(each);
      return message && { ...message, index };
    });
    const duplicates = await mapBounded(byOrder(messages), limits.ordersAtOnce, settleInSequence);
    await mapBounded(duplicates.flat(), limits.ordersAtOnce, async ({ index, event, of }) => {
      outcomes[index] = await trackingEvents.markDuplicate(event, of, deadlineMs);
    });
  }

  const ofBatch = [...events.entries()].filter(([, { event }]) => event.transaction !== null);
  for (let from = 0; from < ofBatch.length; from += limits.transactionsPerRound) {
    await settleRound(ofBatch.slice(from, from + limits.transactionsPerRound));
  }
  return { outcomes, roles };
}

interface Duplicate {
  readonly index: number;
  readonly event: OrderMessage;
  /** The message id of the order's claimant. */
  readonly of: string;
}

/** The event as a message to its order; null where it may not claim it. */
function claiming(event: RecordedEvent, outcome: WriteOutcome): Omit<Placed, 'index'> | null {
  return event.transaction?.claims ? { event: event as OrderMessage, outcome } : null;
}

/** The messages of each order. */
function byOrder(messages: readonly (Placed | null)[]): Placed[][] {
  const orders = new Map<string, Placed[]>();
  for (const message of messages) {
    if (message === null) continue;
    const key = keyOf(message.event);
    const before = orders.get(key);
    if (before) before.push(message);
    else orders.set(key, [message]);
  }
  return [...orders.values()];
}

function keyOf({ programId, transaction }: OrderMessage): string {
  return `${programId}#${transaction.orderId}`;
}
