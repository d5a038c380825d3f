import { GetItemCommand, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { clickLookBackMs as defaultClickLookBackMs } from '@trackline/domain/attribution';
import { mapBounded } from '@trackline/domain/bounded';
import type { Clock, Random } from '@trackline/domain/clock';
import { FirstOf } from '@trackline/domain/first-of';
import { claimedBy, movedBy, type Order, type OrderMessage, roleOf } from '@trackline/domain/order';
import { heldCondition } from '../dynamodb/condition.dynamodb.ts';
import { connectDynamoDb, type TableTarget } from '../dynamodb/dynamodb-client.dynamodb.ts';
import { itemOf } from '../dynamodb/item.dynamodb.ts';
import { queryPartition } from '../dynamodb/query-partition.dynamodb.ts';
import { type CallOptions, retryUntil } from '../dynamodb/retry-until.dynamodb.ts';
import type { WriteFailure } from '../dynamodb/write-outcome.ts';
import { connectWrittenTable } from '../dynamodb/written-table.dynamodb.ts';
import { attribute, attributeAgain, type Clicks } from './attribute.ts';
import { orderItem, orderKey, orderOf } from './order-item.dynamodb.ts';
import { orderIdBytesMax, type TransactionsReader, type TransactionsWriter } from './transactions.ts';

export interface TransactionsOptions extends TableTarget {
  readonly clicks: Clicks;
  readonly clock: Clock;
  readonly random: Random;
  /** How old a click may be; only writes need it. */
  readonly clickLookBackMs?: number | undefined;
}

/** After so many orders it is told how far a reading is. */
const toldEvery = 1_000;
/** Clicks that are looked for again at a time. */
const clicksAtOnce = 16;

/**
 * The table `transactions`: a partition for each program, its orders by their ids. A row is written on the
 * condition that it is as it was read: as its status never returns, the status alone tells that.
 */
export function connectTransactions(options: TransactionsOptions): TransactionsWriter & TransactionsReader {
  const { tableName, clicks, clickLookBackMs = defaultClickLookBackMs } = options;
  const client = connectDynamoDb(options);
  const table = connectWrittenTable(options);

  async function read(through: typeof client, programId: string, orderId: string, options?: CallOptions) {
    const Key = itemOf(orderKey(programId, orderId));
    const get = new GetItemCommand({ TableName: tableName, Key, ConsistentRead: true });
    const { Item } = await through.send(get, options);
    return Item ? orderOf(Item) : null;
  }

  /** The order that the message made, null where another has made one. */
  async function claim(
    message: OrderMessage,
    deadlineMs: number,
    options: CallOptions,
  ): Promise<Order | null> {
    const found = await attribute(clicks, message, clickLookBackMs, deadlineMs);
    const order = claimedBy(message, found.attribution, found.publisherId);
    const put = new PutItemCommand({
      TableName: tableName,
      Item: orderItem(order),
      ConditionExpression: 'attribute_not_exists(pk)',
    });
    return (await heldCondition(table.client.send(put, options))) ? order : null;
  }

  /** The order that the message has moved, null where another has moved it. */
  async function move(message: OrderMessage, from: Order, options: CallOptions): Promise<Order | null> {
    const moved = movedBy(message, from);
    const { status, reached } = moved;
    const update = new UpdateItemCommand({
      TableName: tableName,
      Key: itemOf(orderKey(from.programId, from.orderId)),
      UpdateExpression: 'SET #status = :to, #reached.#to = :reached',
      ConditionExpression: '#status = :from',
      ExpressionAttributeNames: { '#status': 'status', '#reached': 'reached', '#to': status },
      ExpressionAttributeValues: itemOf({
        ':from': from.status,
        ':to': status,
        ':reached': { ...reached[status]! },
      }),
    });
    return (await heldCondition(table.client.send(update, options))) ? moved : null;
  }

  return {
    async settle(message, known, deadlineMs) {
      const { programId } = message;
      const { orderId } = message.transaction;
      const bytes = Buffer.byteLength(orderId);
      if (bytes === 0 || bytes > orderIdBytesMax) return noKey;
      let order = known;
      const settled = await retryUntil(table, deadlineMs, async (options) => {
        for (;;) {
          order ??= await read(table.client, programId, orderId, options);
          const role = roleOf(message, order);
          if (role === 'replay' || role === 'duplicate') return { ok: true, role, order: order! } as const;
          const changed =
            order === null ? await claim(message, deadlineMs, options) : await move(message, order, options);
          if (changed !== null) return { ok: true, role, order: changed } as const;
          // Another message came between: the order is further than it was, which happens three times at most.
          order = null;
        }
      });
      return settled.ok ? settled.value : settled;
    },
    async find(programId, orderId) {
      const order = await read(client, programId, orderId);
      return order && attributeAgain(clicks, order);
    },
    async newest(programId, limit, onRead) {
      const newest = new FirstOf(limit, newestFirst);
      let read = 0;
      for await (const item of queryPartition(client, tableName, programId)) {
        newest.add(orderOf(item));
        if (++read % toldEvery === 0) onRead?.(read);
      }
      return mapBounded(newest.inOrder(), clicksAtOnce, (order) => attributeAgain(clicks, order));
    },
    async close() {
      client.destroy();
      table.client.destroy();
    },
  };
}

const noKey: WriteFailure = Object.freeze({
  ok: false,
  code: 'OrderIdUnusable',
  detail: `Its order id is empty, or longer than ${orderIdBytesMax} bytes: no order can be kept under it.`,
  retriable: false,
});

function newestFirst(a: Order, b: Order): number {
  return b.receivedAtMs - a.receivedAtMs || (a.messageId < b.messageId ? 1 : -1);
}
