import type { Attribution } from './attribution.ts';
import type { RecordedEvent, Transaction, TransactionStatus } from './tracking-event.ts';

/**
 * An order: what became of the transactions that name it. The first of them claims it; amount, publisher and
 * click stay the claimant's, whatever comes later.
 */
export interface Order {
  readonly programId: string;
  readonly orderId: string;
  /** The claimant. */
  readonly messageId: string;
  readonly receivedAtMs: number;
  readonly programVersion: number;
  /** The claimant's; the click's, where the order is attributed to one. */
  readonly publisherId: string;
  readonly clickId: string;
  readonly attribution: Attribution;
  /** An exact decimal, as text. */
  readonly amount: string;
  /** ISO 4217. */
  readonly currency: string;
  readonly bot: boolean;
  readonly unverified: boolean;
  readonly status: TransactionStatus;
  /** Which message brought it to each status that it reached: each is reached once. */
  readonly reached: Readonly<Partial<Record<TransactionStatus, Reached>>>;
}

export interface Reached {
  readonly messageId: string;
  readonly receivedAtMs: number;
}

/** A transaction that may claim its order, as an event. */
export type OrderMessage = RecordedEvent & { readonly transaction: Transaction };

/** How far an order is: it moves up only, `pending → approved | rejected` and `approved → rejected`. */
const ranks = { pending: 0, approved: 1, rejected: 2 } as const satisfies Record<TransactionStatus, number>;

/**
 * What a message is to its order.
 *
 * claim: the first, the order is its. move: it brings the order to its status. replay: it did one of these
 * already. duplicate: the order is another's, and the message, which is not newer than what moved it last or
 * asks for a move that is not allowed, changes nothing.
 *
 * An order only moves up and its time only forward, so that a message once found a duplicate remains one.
 */
export type Role = 'claim' | 'move' | 'replay' | 'duplicate';

/** @param order null where nobody claimed it so far */
export function roleOf(message: OrderMessage, order: Pick<Order, 'status' | 'reached'> | null): Role {
  if (order === null) return 'claim';
  const { status } = message.transaction;
  if (order.reached[status]?.messageId === message.messageId) return 'replay';
  const isAllowed = ranks[status] > ranks[order.status];
  return isAllowed && isNewer(message, order.reached[order.status]!) ? 'move' : 'duplicate';
}

/** By time, and by id within a millisecond. */
function isNewer(a: Reached, b: Reached): boolean {
  if (a.receivedAtMs !== b.receivedAtMs) return a.receivedAtMs > b.receivedAtMs;
  return a.messageId > b.messageId;
}

/** The order as its claimant makes it. */
export function claimedBy(message: OrderMessage, attribution: Attribution, publisherId: string): Order {
  const { messageId, receivedAtMs, transaction } = message;
  const { orderId, amount, currency, status } = transaction;
  return {
    programId: message.programId,
    orderId,
    messageId,
    receivedAtMs,
    programVersion: message.programVersion,
    publisherId,
    clickId: message.clickId,
    attribution,
    amount,
    currency,
    bot: message.bot,
    unverified: message.unverified,
    status,
    reached: { [status]: { messageId, receivedAtMs } },
  };
}

/** The order as a message leaves it that moves it. */
export function movedBy({ messageId, receivedAtMs, transaction }: OrderMessage, order: Order): Order {
  const { status } = transaction;
  return { ...order, status, reached: { ...order.reached, [status]: { messageId, receivedAtMs } } };
}
