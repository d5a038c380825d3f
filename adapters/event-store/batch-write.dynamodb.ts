import { BatchWriteItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { fullJitterMs } from '@trackline/domain/backoff';
import { type Clock, delay, type Random } from '@trackline/domain/clock';
import type { Item } from './event-item.dynamodb.ts';

/** BatchWriteItem takes no more. */
const batchItemsMax = 25;
const batchesAtOnce = 8;
const retryBaseMs = 25;
const retryMaxMs = 2_000;

export interface BatchWriteOptions {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * Puts items, in batches of 25, some at a time. What the table leaves unprocessed, and what fails in passing, is tried again with full jitter until the deadline (monotonic ms).
 *
 * @param items with keys that differ
 * @returns for each item whether the table has it
 */
export async function batchWrite(
  { client, tableName, clock, random }: BatchWriteOptions,
  items: readonly Item[],
  deadlineMs: number,
): Promise<boolean[]> {
  const written = items.map(() => false);
  const indexOf = new Map(items.map((item, index) => [keyOf(item), index]));

  async function write(batch: readonly number[]): Promise<void> {
    let left = [...batch];
    for (let attempt = 0; left.length > 0; attempt++) {
      const unprocessed = await put(left);
      for (const index of left) if (!unprocessed.has(index)) written[index] = true;
      left = [...unprocessed];
      if (left.length === 0) return;
      const waitMs = fullJitterMs(attempt, retryBaseMs, retryMaxMs, random);
      if (clock.monotonicMs() + waitMs >= deadlineMs) return;
      await delay(clock, waitMs);
    }
  }

  /** One call; gives the indexes that are not written. */
  async function put(batch: readonly number[]): Promise<Set<number>> {
    try {
      const { UnprocessedItems = {} } = await client.send(
        new BatchWriteItemCommand({
          RequestItems: { [tableName]: batch.map((index) => ({ PutRequest: { Item: items[index]! } })) },
        }),
        { abortSignal: AbortSignal.timeout(Math.max(1, Math.ceil(deadlineMs - clock.monotonicMs()))) },
      );
      const left = UnprocessedItems[tableName] ?? [];
      return new Set(left.map(({ PutRequest }) => indexOf.get(keyOf(PutRequest!.Item!))!));
    } catch (error) {
      // One item that the table refuses fails its whole batch: alone, it fails alone.
      if ((error as Error).name === 'ValidationException' && batch.length > 1) {
        const results = await Promise.all(batch.map((index) => put([index])));
        return new Set(results.flatMap((result) => [...result]));
      }
      return new Set(batch);
    }
  }

  // In order: when time runs out, the first records of an invocation are done, and only the last come again.
  const batches = chunks([...items.keys()], batchItemsMax);
  const worker = async () => {
    for (let batch = batches.shift(); batch; batch = batches.shift()) await write(batch);
  };
  await Promise.all(Array.from({ length: Math.min(batchesAtOnce, batches.length) }, worker));
  return written;
}

function keyOf(item: Item): string {
  return `${item.pk!.S}\u0000${item.sk!.S}`;
}

function chunks<T>(values: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(values.length / size) }, (_, i) =>
    values.slice(i * size, (i + 1) * size),
  );
}
