import type { Order, OrderMessage, Role } from '@trackline/domain/order';
import type { WriteFailure } from '../dynamodb/write-outcome.ts';

/** An order id is a sort key, which holds no more ("Service, account, and table quotas in Amazon DynamoDB"). */
export const orderIdBytesMax = 1024;

/** The table of orders, for the consumer, who settles what their messages claim. */
export interface TransactionsWriter {
  /**
   * Lets a message claim its order, or move it, or do neither, as domain/order.ts rules, until `deadlineMs`
   * (monotonic). Whoever else does the same at the same time, the order ends as if one came after the other;
   * and a message that comes again is what it was. Never rejects.
   *
   * @param known the order as it was found for a message before, however long ago: who is a replay or a
   *   duplicate by it remains one, and nothing need be asked; null where it has to be read
   */
  settle(message: OrderMessage, known: Order | null, deadlineMs: number): Promise<SettleOutcome>;
  close(): Promise<void>;
}

export type SettleOutcome =
  | {
      readonly ok: true;
      readonly role: Role;
      /** As it is with the message, or was when that changed nothing. */
      readonly order: Order;
    }
  | WriteFailure;

/**
 * The same for who looks at it. A click that was unknown when its order was claimed is looked for again with
 * each reading: the order is told as it is found then.
 */
export interface TransactionsReader {
  /** One order; null where nobody claimed it. */
  find(programId: string, orderId: string): Promise<Order | null>;
  /**
   * The orders of a program that were claimed last, newest first. Orders lie by their ids, so that it reads
   * all of them.
   *
   * @param onRead told from time to time how many were read
   */
  newest(programId: string, limit: number, onRead?: (orders: number) => void): Promise<readonly Order[]>;
  close(): Promise<void>;
}
