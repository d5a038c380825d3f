import type { Order } from '@trackline/domain/order';
import { transactionStatuses } from '@trackline/domain/tracking-event';
import { type Item, itemOf, type Value, valuesOf } from '../dynamodb/item.dynamodb.ts';
import {
  assertShape,
  type Check,
  hasShape,
  isFlag,
  isNumber,
  isText,
  type RowShape,
} from '../dynamodb/row-shape.ts';

const isReached: Check = (value) => hasShape(value, { messageId: isText, receivedAtMs: isNumber });

/** What is settled by must be right; a status of another build's leads nowhere from here. */
const shape: RowShape = {
  programId: isText,
  orderId: isText,
  messageId: isText,
  receivedAtMs: isNumber,
  programVersion: isNumber,
  publisherId: isText,
  clickId: isText,
  attribution: isText,
  amount: isText,
  currency: isText,
  bot: isFlag,
  unverified: isFlag,
  status: (value) => transactionStatuses.some((each) => each === value),
};

/** Where an order lies. */
export function orderKey(programId: string, orderId: string) {
  return { pk: programId, sk: orderId };
}

/** An order as it is stored, under its key. */
export function orderItem(order: Order): Item {
  const values = order as unknown as Readonly<Record<string, Value>>;
  return itemOf({ ...orderKey(order.programId, order.orderId), ...values });
}

/**
 * The order that an item holds.
 *
 * @throws UnreadableItem
 */
export function orderOf(item: Item): Order {
  const values = valuesOf(item);
  assertShape(values, shape);
  assertShape(values, { reached: (reached) => hasShape(reached, { [values.status as string]: isReached }) });
  const { pk: _pk, sk: _sk, ...order } = values;
  return order as unknown as Order;
}
