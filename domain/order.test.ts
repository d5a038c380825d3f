import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { recordedEvent } from '../test/helpers/events.ts';
import { claimedBy, movedBy, type Order, type OrderMessage, roleOf } from './order.ts';
import { type TransactionStatus, transactionStatuses } from './tracking-event.ts';

const startMs = Date.UTC(2026, 0, 1);

/** A message of the order o; `n` orders ids as times do. */
function message(n: number, status: TransactionStatus, second = n): OrderMessage {
  const transaction = { orderId: 'o', amount: String(n), currency: 'EUR', status, claims: true };
  const messageId = `019c1434-ab00-7000-8000-${String(n).padStart(12, '0')}`;
  const receivedAtMs = startMs + second * 1000;
  return recordedEvent({
    type: 'transaction',
    messageId,
    receivedAtMs,
    publisherId: `p${n}`,
    transaction,
  }) as OrderMessage;
}

/** What a message makes of an order, as the table does it. */
function applied(message: OrderMessage, order: Order | null) {
  const role = roleOf(message, order);
  if (role === 'claim') return { role, order: claimedBy(message, 'none', message.publisherId) };
  return { role, order: role === 'move' ? movedBy(message, order!) : order! };
}

const orderIn = (status: TransactionStatus) => applied(message(5, status), null).order;

describe('an order', () => {
  test('is claimed by its first message, whatever that says', () => {
    for (const status of transactionStatuses) expect(roleOf(message(1, status), null)).toBe('claim');
    expect(applied(message(1, 'approved'), null).order).toMatchObject({
      messageId: message(1, 'approved').messageId,
      amount: '1',
      publisherId: 'p1',
      status: 'approved',
      reached: { approved: { messageId: message(1, 'approved').messageId, receivedAtMs: startMs + 1000 } },
    });
  });

  test.each([
    ['pending', 'approved', 'move'],
    ['pending', 'rejected', 'move'],
    ['approved', 'rejected', 'move'],
    ['pending', 'pending', 'duplicate'],
    ['approved', 'approved', 'duplicate'],
    ['rejected', 'rejected', 'duplicate'],
    ['approved', 'pending', 'duplicate'],
    ['rejected', 'pending', 'duplicate'],
    ['rejected', 'approved', 'duplicate'],
  ] as const)('that is %s and is told to be %s by a newer message: %s', (from, to, role) => {
    expect(roleOf(message(6, to), orderIn(from))).toBe(role);
  });

  test('is moved by what is newer alone: by time, and by id in the same millisecond', () => {
    const pending = orderIn('pending');
    expect(roleOf(message(4, 'approved'), pending)).toBe('duplicate');
    expect(roleOf(message(9, 'approved', 4), pending)).toBe('duplicate');
    expect(roleOf(message(1, 'approved', 6), pending)).toBe('move');
    expect(roleOf(message(6, 'approved', 5), pending)).toBe('move');
    expect(roleOf(message(4, 'approved', 5), pending)).toBe('duplicate');
  });

  test('keeps amount and publisher of its claimant', () => {
    const { order } = applied(message(6, 'approved'), orderIn('pending'));
    expect(order).toMatchObject({ amount: '5', publisherId: 'p5', status: 'approved' });
  });

  test('knows a message again, also after it has moved on', () => {
    const [first, second, third] = [message(1, 'pending'), message(2, 'approved'), message(3, 'rejected')];
    let order: Order | null = null;
    for (const each of [first, second, third]) order = applied(each, order).order;
    for (const each of [first, second, third]) expect(roleOf(each, order)).toBe('replay');
  });

  test('ends legally in whatever order its messages come, and each is one thing for ever', () => {
    const messages = fc
      .array(fc.tuple(fc.constantFrom(...transactionStatuses), fc.integer({ min: 0, max: 3 })), {
        minLength: 1,
        maxLength: 7,
      })
      .map((made) => made.map(([status, second], n) => message(n, status, second)));
    const deliveries = messages.chain((all) =>
      fc
        .array(fc.constantFrom(...all), { maxLength: 10 })
        .chain((again) => fc.shuffledSubarray([...all, ...again], { minLength: all.length + again.length })),
    );
    fc.assert(
      fc.property(deliveries, (delivered) => {
        let order: Order | null = null;
        const isPart = new Map<string, boolean>();
        for (const each of delivered) {
          const before: Order | null = order;
          const { role, order: after } = applied(each, order);
          order = after;
          const known = isPart.get(each.messageId);
          if (known === undefined) {
            expect(role).not.toBe('replay');
            isPart.set(each.messageId, role !== 'duplicate');
          } else expect(role).toBe(known ? 'replay' : 'duplicate');
          expect(after.messageId).toBe(delivered[0]!.messageId);
          if (before !== null && after.status !== before.status) {
            expect(`${before.status} → ${after.status}`).toMatch(
              /^(pending → (approved|rejected)|approved → rejected)$/,
            );
          }
        }
        const partners = [...isPart].filter(([, part]) => part).map(([id]) => id);
        const reachedBy = Object.values(order!.reached).map(({ messageId }) => messageId);
        expect(reachedBy.toSorted()).toEqual(partners.toSorted());
      }),
      { numRuns: 2_000 },
    );
  });
});
