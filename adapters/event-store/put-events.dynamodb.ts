import { mapBounded } from '@trackline/domain/bounded';
import { isKeyed } from '@trackline/domain/message-id';
import { batchWrite } from '../dynamodb/batch-write.dynamodb.ts';
import { limits } from '../dynamodb/limits.ts';
import { putOnce } from '../dynamodb/put-once.dynamodb.ts';
import type { WriteOutcome } from '../dynamodb/write-outcome.ts';
import type { WrittenTable } from '../dynamodb/written-table.dynamodb.ts';
import { eventItem } from './event-item.dynamodb.ts';
import type { StorableEvent } from './tracking-events.ts';

/**
 * Puts events into their table: in batches what is the same when it is written again, one by one what must not be
 * written twice.
 *
 * @param retentionMs how long each is kept after it was received
 * @param deadlineMs of the table's clock, monotonic
 * @returns an outcome for each event, in order. Never rejects.
 */
export async function putEvents(
  table: WrittenTable,
  events: readonly StorableEvent[],
  retentionMs: number,
  deadlineMs: number,
): Promise<WriteOutcome[]> {
  const [once, anew]: [StorableEvent[], StorableEvent[]] = [[], []];
  for (const event of events) (isWrittenOnce(event) ? once : anew).push(event);
  const [ofOnce, ofAnew] = await Promise.all([
    mapBounded(once, limits.putsAtOnce, (event) => putOnce(table, eventItem(event, retentionMs), deadlineMs)),
    batchWrite(table, itemsOf(anew, retentionMs), deadlineMs),
  ]);
  const [nextOnce, nextAnew] = [ofOnce.values(), ofAnew.values()];
  return events.map((event) => (isWrittenOnce(event) ? nextOnce : nextAnew).next().value!);
}

/**
 * Whether what is stored under its id stays. Under an id that a client chose, since it may choose it again;
 * and of a transaction, since it may be marked as a duplicate since, which a second write would take back.
 */
function isWrittenOnce({ event }: StorableEvent): boolean {
  return isKeyed(event.messageId) || event.transaction !== null;
}

function* itemsOf(events: readonly StorableEvent[], retentionMs: number) {
  for (const event of events) yield eventItem(event, retentionMs);
}
