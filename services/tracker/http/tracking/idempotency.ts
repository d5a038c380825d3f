import { createHash } from 'node:crypto';
import { isMessageId, keyedMessageId, messageIdMs } from '@trackline/domain/message-id';
import type { Limits } from '../../limits.ts';

/**
 * The message id of an event that its client named: the key's time, and a hash of the program, the publisher and
 * the key. The same key names the same event again, for this program and publisher alone, and never one that was
 * named here.
 *
 * @returns null where the key is no UUIDv7, or its time is too far from ours: the time decides where the event is
 *   stored, and how long
 */
export function messageIdOfKey(
  key: string,
  programId: string,
  publisherId: string,
  nowMs: number,
  limits: Pick<Limits, 'keyAgeMaxMs' | 'keyAheadMaxMs'>,
): string | null {
  const canonical = key.toLowerCase();
  if (!isMessageId(canonical)) return null;
  const keyMs = messageIdMs(canonical);
  if (keyMs < nowMs - limits.keyAgeMaxMs || keyMs > nowMs + limits.keyAheadMaxMs) return null;
  // None of the three can hold a line break.
  const hash = createHash('sha256').update(`${programId}\n${publisherId}\n${canonical}`).digest();
  return keyedMessageId(keyMs, hash);
}
