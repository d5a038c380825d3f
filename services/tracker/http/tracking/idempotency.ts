import { createHash } from 'node:crypto';
import { isMessageId, keyedMessageId, messageIdMs } from '@trackline/domain/message-id';
import type { Limits } from '../../limits.ts';

/** What a key stands for. */
export interface Keyed {
  readonly key: string;
  readonly programId: string;
  readonly publisherId: string;
  /** Whether it is a transaction that may claim its order. */
  readonly claims: boolean;
}

/**
 * The message id of an event that its client named: the key's time, and a hash of the program, the publisher and
 * the key. The same key names the same event again, for this program and publisher alone, and never one that was
 * named here. What may claim an order is named apart, or a stranger who has seen the key could come first with an
 * unsigned event, which would stand for the signed one.
 *
 * @returns null where the key is no UUIDv7, or its time is too far from ours: the time decides where the event is
 *   stored, and how long
 */
export function messageIdOfKey(
  { key, programId, publisherId, claims }: Keyed,
  nowMs: number,
  limits: Pick<Limits, 'keyAgeMaxMs' | 'keyAheadMaxMs'>,
): string | null {
  const canonical = key.toLowerCase();
  if (!isMessageId(canonical)) return null;
  const keyMs = messageIdMs(canonical);
  if (keyMs < nowMs - limits.keyAgeMaxMs || keyMs > nowMs + limits.keyAheadMaxMs) return null;
  // None of the three can hold a line break.
  const text = `${programId}\n${publisherId}\n${canonical}${claims ? '\nclaims' : ''}`;
  const hash = createHash('sha256').update(text).digest();
  return keyedMessageId(keyMs, hash);
}
