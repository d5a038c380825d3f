import { randomBytes, randomFillSync } from 'node:crypto';
import { keyedMessageId, newMessageId } from '@trackline/domain/message-id';
import type { OrderMessage } from '@trackline/domain/order';
import type { RecordedEvent, Transaction } from '@trackline/domain/tracking-event';
import { eventTimeMs, recordedEvent } from './events.ts';

/** A transaction as tests need one, claiming the order o-1; what matters to a test it says itself. */
export function transactionEvent(
  transaction: Partial<Transaction> = {},
  overrides: Partial<RecordedEvent> = {},
): OrderMessage {
  const usual = {
    orderId: 'o-1',
    amount: '19.90',
    currency: 'EUR',
    status: 'pending',
    claims: true,
  } as const;
  return recordedEvent({
    type: 'transaction',
    transaction: { ...usual, ...transaction },
    ...overrides,
  }) as OrderMessage;
}

/** `count` of them, each with its own number and a second after the one before. */
export function transactionRun(count: number, ...of: Parameters<typeof transactionEvent>): OrderMessage[] {
  return Array.from({ length: count }, (_, index) => {
    const receivedAtMs = eventTimeMs + index * 1000;
    const messageId = newMessageId(receivedAtMs, randomFillSync);
    return transactionEvent(of[0], { sequence: index + 1, receivedAtMs, messageId, ...of[1] });
  });
}

/** A message id made of a client's idempotency key. */
export function keyedId(ms = eventTimeMs): string {
  return keyedMessageId(ms, randomBytes(16));
}

/** A click before the tests' transactions. */
export function clickEvent(overrides: Partial<RecordedEvent> = {}): RecordedEvent {
  const receivedAtMs = eventTimeMs - 3_600_000;
  const messageId = newMessageId(receivedAtMs, randomFillSync);
  return recordedEvent({
    type: 'click',
    receivedAtMs,
    messageId,
    clickId: messageId,
    publisherId: 'of-the-click',
    ...overrides,
  });
}
