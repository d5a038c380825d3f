import type { Order } from '@trackline/domain/order';
import { transactionStatuses } from '@trackline/domain/tracking-event';
import { reasons } from '@trackline/domain/verdict';
import type { Answer } from '../answer.ts';
import type { Context } from '../context.ts';
import { Failure } from '../failure.ts';
import { flagsOf } from '../flags-column.ts';
import { type Cell, counted, pairs, table } from '../table.ts';
import { iso } from '../time.ts';

export interface TransactionsOptions {
  readonly program: string;
  readonly limit: number;
}

/** `transactions --program ID`: the orders of a program that were claimed last, newest first. */
export async function transactions(
  { parts, progress }: Context,
  { program, limit }: TransactionsOptions,
): Promise<Answer> {
  const reader = await parts.transactions();
  const newest = await reader.newest(program, limit, (read) => progress(`${counted(read, 'order')} read`));
  return {
    json: { programId: program, orders: newest.map(orderJson) },
    text: (columns) => (newest.length > 0 ? orderTable(newest, columns) : `No order of ${program}.`),
  };
}

/** `transactions --program ID --order ORDER`: one order whole. */
export async function transaction({ parts }: Context, program: string, orderId: string): Promise<Answer> {
  const order = await (await parts.transactions()).find(program, orderId);
  if (order === null) {
    throw new Failure(
      `Nobody has claimed an order ${orderId} of ${program}. "trackline events --program ${program} --type transaction" shows what was sent.`,
    );
  }
  return { json: orderJson(order), text: () => pairs(orderFields(order)) };
}

/** The order as its row has it, its statuses as the history that they are. */
function orderJson({ reached, ...order }: Order) {
  return { ...order, history: historyOf(reached) };
}

/** Each status that the order reached, in that order: it only moves up. */
function historyOf(reached: Order['reached']) {
  return transactionStatuses.flatMap((status) => (reached[status] ? [{ status, ...reached[status] }] : []));
}

function orderTable(orders: readonly Order[], columns: number): string {
  const heads = ['RECEIVED AT', 'ORDER', 'STATUS', 'AMOUNT', 'PUBLISHER', 'ATTRIBUTION', 'FLAGS', 'MESSAGE'];
  const rows = orders.map((order): Cell[] => [
    iso(order.receivedAtMs),
    order.orderId,
    order.status,
    `${order.amount} ${order.currency}`,
    order.publisherId || '–',
    order.attribution,
    flagsOf(order),
    order.messageId,
  ]);
  return table(heads, rows, columns);
}

function orderFields(order: Order): [string, string][] {
  const { reached, receivedAtMs, attribution, amount, currency, ...rest } = order;
  const why = attribution in reasons ? `: ${reasons[attribution as keyof typeof reasons].words}` : '';
  const fields: [string, unknown][] = [
    ...Object.entries(rest),
    ['receivedAt', iso(receivedAtMs)],
    ['amount', `${amount} ${currency}`],
    ['attribution', `${attribution}${why}`],
    ...historyOf(reached).map(({ status, messageId, receivedAtMs }): [string, unknown] => [
      `history.${status}`,
      `${iso(receivedAtMs)} by ${messageId}`,
    ]),
  ];
  return fields.filter(([, value]) => value !== '').map(([name, value]) => [name, String(value)]);
}
