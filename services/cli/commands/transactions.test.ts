import { claimedBy, type Order } from '@trackline/domain/order';
import { beforeEach, describe, expect, test } from 'vitest';
import { MemoryParts } from '../../../test/helpers/cli-parts.ts';
import { eventTimeMs } from '../../../test/helpers/events.ts';
import { FakeClock } from '../../../test/helpers/fake-clock.ts';
import { transactionEvent } from '../../../test/helpers/orders.ts';
import { transaction, transactions } from './transactions.ts';

let parts: MemoryParts;
let context: ReturnType<MemoryParts['context']>;
beforeEach(() => {
  parts = new MemoryParts();
  context = parts.context(new FakeClock(eventTimeMs));
});

function store(orderId: string, more: Partial<Order> = {}): Order {
  const message = transactionEvent({ orderId }, { programId: 'a' });
  const order = { ...claimedBy(message, 'none', 'p1'), ...more };
  parts.orders.push(order);
  return order;
}

describe('transactions', () => {
  test('are a table of orders, which tells how many were read', async () => {
    store('o-2', { attribution: 'click_expired', bot: true, unverified: true });
    store('o-1\u001b[2J');
    const { text, json } = await transactions(context, { program: 'a', limit: 50 });
    expect(text(Infinity)).toMatch(/o-2 +pending +19\.90 EUR +p1 +click_expired +bot unverified /);
    expect(text(Infinity)).toContain('o-1\\x1b[2J');
    expect((json as { orders: { orderId: string }[] }).orders).toHaveLength(2);
    expect(parts.progress).toEqual(['2 orders read']);
  });

  test('that there are none is said', async () => {
    const { text, json } = await transactions(context, { program: 'a', limit: 50 });
    expect(text(Infinity)).toBe('No order of a.');
    expect(json).toEqual({ programId: 'a', orders: [] });
  });
});

describe('one order', () => {
  test('is shown whole, with its history and why it is not attributed', async () => {
    const approved = { messageId: 'm-2', receivedAtMs: eventTimeMs + 1000 };
    const { messageId, reached } = store('o-1', { attribution: 'click_unknown', status: 'approved' });
    parts.orders[0] = { ...parts.orders[0]!, reached: { approved, ...reached } };
    const { text, json } = await transaction(context, 'a', 'o-1');
    expect(json).toMatchObject({
      orderId: 'o-1',
      status: 'approved',
      attribution: 'click_unknown',
      history: [
        { status: 'pending', messageId, receivedAtMs: eventTimeMs },
        { status: 'approved', messageId: 'm-2', receivedAtMs: eventTimeMs + 1000 },
      ],
    });
    expect(json).not.toHaveProperty('reached');
    expect(text(Infinity)).toMatch(/^amount +19\.90 EUR$/m);
    expect(text(Infinity)).toMatch(/^attribution +click_unknown: No such click of the program is stored/m);
    expect(text(Infinity)).toMatch(/^history\.approved +2026-05-17T13:30:01\.000Z by m-2$/m);
    expect(text(Infinity)).not.toContain('clickId');
  });

  test('that nobody claimed is an error', async () => {
    await expect(transaction(context, 'a', 'o-1')).rejects.toThrow(
      'Nobody has claimed an order o-1 of a. "trackline events --program a --type transaction"',
    );
  });
});
